import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Store, type S3Options } from '../../../src/artifacts/s3-store.js';
import { openProduction } from '../../support/production.js';
import { freePort } from '../../support/free-port.js';
import { bytesOf, fileOf, storeContract } from '../../support/store-contract.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { bucket, keys, startS3, type S3Server } from './server.js';

let endpoint = '';
let folder = '';
let server: S3Server;

beforeAll(async () => {
  server = await startS3();
  ({ endpoint, folder } = server);
});

afterAll(() => {
  server.stop();
});

let count = 0;

/** A prefix of its own for each. */
function given(options: Partial<S3Options> = {}) {
  count += 1;
  return s3Store({ bucket, prefix: `studio ${count}/ö`, endpoint, ...keys, ...options });
}

storeContract(given);

describe('S3', () => {
  test('given an unknown key, when a file is put or asked for, then it says what the server said, and never the key', async () => {
    const store = await given({ accessKeyId: 'AKIAUNKNOWN' });
    const { file, path } = fileOf('words');
    await expect(store.put(file, path)).rejects.toThrow(/answered 403/);
    await expect(store.get(file.sha256)).rejects.toThrow(/^it answered 403 \w*$/);
  });

  test('given no bucket of that name, a server that is not there, or no keys, then each is told', async () => {
    const { file, path } = fileOf('words');
    await expect((await given({ bucket: 'nobodys' })).put(file, path)).rejects.toThrow(/answered 404/);
    const away = await given({ endpoint: `http://127.0.0.1:${await freePort()}` });
    await expect(away.get(file.sha256)).rejects.toThrow(/fetch failed/);
    await expect(given({ accessKeyId: '' })).rejects.toThrow(/AWS_ACCESS_KEY_ID/);
    await expect(given({ bucket: '../x' })).rejects.toThrow(/no name of a bucket/);
  });

  test('given research was done on one machine, when another that has the journal alone goes on, then it has its files from there', async () => {
    const store = await given();
    const first = temporaryDirectory();
    const one = await openProduction(first, { artifacts: store });
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    writeFileSync(join(first, sessionId, 'research', 'notes.md'), 'The dance tells where.');
    const data = { findings: 'bees dance '.repeat(8000) };
    await one.updatePhase({ sessionId, phase: 'research', status: 'complete', data });
    await one.close();
    const second = temporaryDirectory();
    cpSync(join(first, 'journal'), join(second, 'journal'), { recursive: true });
    const two = await openProduction(second, { artifacts: store });
    expect(await two.verify()).toMatchObject({ ok: true, problems: [] });
    expect((await two.loadCheckpoint(sessionId, 'research')).data).toEqual(data);
    await two.checkpointPhase(sessionId, 'research');
    expect(readFileSync(join(second, sessionId, 'research', 'notes.md'), 'utf8')).toBe(
      'The dance tells where.',
    );
  });

  test('given the server lies about what it has, when it is asked for, then the bytes come and the engine takes none of them', async () => {
    const store = await given();
    const { file, path } = fileOf('what was put');
    await store.put(file, path);
    const object = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.includes(`${file.sha256}._S3rver_object`),
    );
    writeFileSync(join(folder, object ?? ''), 'what was pUt');
    expect(String(await bytesOf(await store.get(file.sha256)))).toBe('what was pUt');
  });
});
