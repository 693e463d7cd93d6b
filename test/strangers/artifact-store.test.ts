import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { folderStore } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';

const secret = 'qzxw9 lies outside';
const text = 'what was kept';
const sha256 = createHash('sha256').update(text).digest('hex');

/** What somebody who may write the shared folder puts into an artifact's place. */
const kinds: Record<string, (place: string, outside: string) => void> = {
  'a pipe': (place) => {
    execFileSync('mkfifo', [place]);
  },
  'a link to a device': (place) => symlinkSync('/dev/zero', place),
  'a link to a file outside': (place, outside) => symlinkSync(join(outside, sha256), place),
  'gigabytes of nothing': (place) => {
    closeSync(openSync(place, 'w'));
    truncateSync(place, 3 * 1024 ** 3);
  },
  'a folder': (place) => mkdirSync(place),
  'a megabyte of noise': (place) => writeFileSync(place, Buffer.alloc(1_000_000, 7)),
  'a folder that is a link': (place, outside) => {
    rmSync(dirname(place), { recursive: true });
    symlinkSync(outside, dirname(place));
  },
};

test('given a shared folder of artifacts whose content is a stranger’s, then every question ends, and nothing outside of it is shown, written or removed', async () => {
  const sum = { cases: 0, ended: 0, hangs: 0, outside: 0 };
  for (const put of Object.values(kinds))
    for (const act of ['has', 'get', 'put', 'remove'] as const) {
      const parent = temporaryDirectory();
      const [root, outside] = [join(parent, 'shared'), join(parent, 'outside')];
      const place = join(root, sha256.slice(0, 2), sha256);
      for (const each of [outside, dirname(place)]) mkdirSync(each, { recursive: true });
      writeFileSync(join(outside, sha256), secret);
      writeFileSync(join(parent, 'file'), text);
      put(place, outside);
      const store = folderStore(root);
      const shown: string[] = [];
      const ask = async (): Promise<void> => {
        if (act === 'put') return store.put({ sha256, bytes: text.length }, join(parent, 'file'));
        if (act !== 'get') return void (await store[act](sha256));
        for await (const piece of (await store.get(sha256)) ?? []) {
          shown.push(Buffer.from(piece).toString('latin1'));
          // Whoever reads knows how long it should be.
          if (shown.join('').length > text.length) break;
        }
      };
      const before = process.cpuUsage().user;
      await ask().catch((error: unknown) => shown.push((error as Error).message));
      sum.cases += 1;
      sum.hangs += Number((process.cpuUsage().user - before) / 1000 > 5_000);
      const isSame =
        readdirSync(outside).join() === sha256 && readFileSync(join(outside, sha256), 'utf8') === secret;
      sum.outside += Number(!isSame) + Number(shown.join('').includes(secret));
    }
  expect(sum).toEqual({ cases: 28, ended: 0, hangs: 0, outside: 0 });
  expectHeld({ attack: 'content of a shared folder of artifacts', ...sum });
});
