import { expect, test } from 'vitest';
import { start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const place = 'postgres://me:hunter9pass@127.0.0.1:1/db';

test.concurrent.each([
  [`${place}?port=abc`],
  [`${place}?sslcert=/nowhere`],
  [`${place}?password=second9pass&__proto__=x&query_timeout=no`],
  [`${place}#%e2%80%ae%1b[2J`],
  [`postgres://me:hunter9pass@127.0.0.1:1/%ff`],
  ['restate+http://me:hun%0ater9pass@127.0.0.1:1/..%2f#..%2f..'],
])(
  'given the log’s address is %s, then a command says so, and neither a password nor a stack',
  async (address) => {
    const ran = start(temporaryDirectory(), ['list'], { SHOWRUNNER_URL: address });
    const { code, stdout, stderr } = await ran.ended;
    expect([code, stdout]).toEqual([expect.toSatisfy((found) => [1, 2, 6].includes(found)), '']);
    expect(stderr).toMatch(/^showrunner: /);
    expect(stderr).not.toMatch(/9pass|\n\s+at |\u202e/);
  },
);
