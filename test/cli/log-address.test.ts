import { describe, expect, test } from 'vitest';
import { logAddressOf, parseLogAddress } from '../../src/cli/log-address.js';

describe('the address of a log', () => {
  test('given Postgres, then what is behind # is the production, and everything else the client’s', () => {
    expect(parseLogAddress('postgres://ada@db:5432/studio?sslmode=require#night%20shift', 'here')).toEqual({
      on: 'postgres',
      url: 'postgres://ada@db:5432/studio?sslmode=require',
      production: 'night shift',
      secrets: [],
    });
    expect(parseLogAddress('postgresql://ada:p%23ss@db/studio', 'here')).toMatchObject({
      production: 'main',
      secrets: ['p%23ss', 'p#ss'],
    });
  });

  test('given nodes of Restate, then each is an address, with the scheme and the name that the first one has', () => {
    expect(parseLogAddress('restate+https://ada:hunter2@n1:8080,n2:8080#night', 'here')).toEqual({
      on: 'restate',
      addresses: ['https://ada:hunter2@n1:8080', 'https://ada:hunter2@n2:8080'],
      production: 'night',
      secrets: ['hunter2'],
    });
    expect(logAddressOf({ restate: 'http://n1:8080,http://n2:8081' }, {})).toMatchObject({
      addresses: ['http://n1:8080', 'http://n2:8081'],
      production: 'main',
    });
  });

  test('given an option and the variable, then the option goes before; nothing, or an empty variable, is no log', () => {
    const environment = { SHOWRUNNER_URL: 'postgres://db/one' };
    expect(logAddressOf({}, environment)).toMatchObject({ url: 'postgres://db/one' });
    expect(logAddressOf({ postgres: 'postgres://db/two' }, environment)).toMatchObject({
      url: 'postgres://db/two',
    });
    expect(logAddressOf({}, { SHOWRUNNER_URL: '' })).toBeUndefined();
    expect(logAddressOf({}, {})).toBeUndefined();
  });

  test.each([
    ['mysql://ada:hunter2@db/x'],
    ['hunter2'],
    ['postgres://ada:hunter2@:no port/x'],
    ['postgres://ada:hunter2@db/x#%zz'],
    ['postgres://ada:hunter2@db/x#a%00b'],
    ['postgres://ada:hunter2@db/x#%1b[2J'],
    ['restate+http://ada:hunter2@n1?x=/y'],
    ['restate+http://'],
    ['restate+http://ada:hunter2@n1:80,ftp://n2'],
  ])('given %s, then it is refused and not repeated', (text) => {
    const parse = () => parseLogAddress(text, 'SHOWRUNNER_URL');
    expect(parse).toThrow(/^SHOWRUNNER_URL: (?!.*hunter2)/);
  });

  test('given both options, then one has to go', () => {
    expect(() => logAddressOf({ postgres: 'postgres://db/x', restate: 'http://n1' }, {})).toThrow(
      'one of them',
    );
  });
});
