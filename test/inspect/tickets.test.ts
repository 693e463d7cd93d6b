import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inspectionAddress } from '../../src/index.js';
import { socketKey } from '../../src/inspect/index.js';
import { Tickets } from '../../src/inspect/tickets.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('a ticket', () => {
  test('given it was given, then it is taken once, and not after half a minute', () => {
    const tickets = new Tickets();
    const [one, late] = [tickets.give(0), tickets.give(0)];
    expect(one).not.toBe(late);
    expect([tickets.take(one, 29_999), tickets.take(one, 29_999), tickets.take(late, 30_000)]).toEqual([
      true,
      false,
      false,
    ]);
    for (const never of ['', 'undefined', '__proto__', 'a'.repeat(43)])
      expect([never, tickets.take(never, 0)]).toEqual([never, false]);
  });

  test('given a holder of the key asks for a million, then a thousand are kept, the latest of them', () => {
    const tickets = new Tickets();
    const given = Array.from({ length: 5_000 }, () => tickets.give(0));
    const taken = given.filter((ticket) => tickets.take(ticket, 1));
    expect(taken).toEqual(given.slice(-1_000));
  });
});

describe('the address for an inspector', () => {
  const token = 'a'.repeat(43);
  function production(): string {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, '.studio-token'), `${token}\n`, { mode: 0o600 });
    return directory;
  }

  test('given nobody keeps a token, or nothing listens, then it says so', async () => {
    const port = 1;
    await expect(inspectionAddress({ directory: temporaryDirectory(), port })).rejects.toThrow(
      /^directory: no studio keeps a token in/,
    );
    await expect(inspectionAddress({ directory: production(), port })).rejects.toThrow(
      /^port: no studio or inspector answers at port 1 of/,
    );
  });

  test.each([
    ['nothing', ''],
    ['another address', '{"url":"ws://evil.example/"}'],
    ['a ticket with an address in it', `{"ticket":"x@evil.example/${'a'.repeat(28)}"}`],
    ['bytes without end', undefined],
  ])(
    'given somebody else has taken the port and answers %s, then it is no address, and he has not heard the token',
    async (_, body) => {
      const heard: string[] = [];
      const server = createServer(({ headers }, response) => {
        heard.push(headers.authorization ?? '');
        if (body !== undefined) return void response.end(body);
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
        response.on('close', () => clearInterval(timer)).on('error', () => {});
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => server.close().closeAllConnections());
      const { port } = server.address() as AddressInfo;
      await expect(inspectionAddress({ directory: production(), port })).rejects.toThrow(
        /is no studio or inspector of/,
      );
      expect(heard).toEqual([`Bearer ${socketKey(token)}`]);
    },
  );
});
