import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { start } from '../../support/cli.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { bucket, keys, startS3, type S3Server } from '../s3/server.js';
import { startPostgres, type PostgresServer } from './server.js';

let postgres: PostgresServer;
let s3: S3Server;
beforeAll(async () => {
  [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
});
afterAll(async () => {
  s3.stop();
  await postgres.stop();
});

const notes = `Bees dance to tell where flowers are. A waggle dance says how far and in which direction food lies.
Karl von Frisch found what the dance means in the nineteen twenties. The longer the waggle, the farther the flowers.
`;

test('given two machines without a shared folder, when the one that has researched an episode is killed and the other speaks it, then the MP3 is to the byte that of one machine', async () => {
  const root = temporaryDirectory();
  const sources = join(root, 'sources');
  mkdirSync(sources);
  writeFileSync(join(sources, 'notes.md'), notes);
  const produce = [
    'produce',
    '--key',
    'bees',
    '--topic',
    'Why bees dance',
    '--sources',
    sources,
    '--minutes',
    '0.2',
  ];
  const environment = {
    SHOWRUNNER_URL: `${postgres.url}#two machines`.replace(' ', '%20'),
    SHOWRUNNER_ARTIFACTS: `s3://${bucket}/two-machines`,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_REGION: keys.region,
    AWS_ENDPOINT_URL: s3.endpoint,
  };
  const alone = start(join(root, 'alone'), [...produce, '--json']).ended;
  const killed = start(join(root, 'one'), produce, environment);
  await killed.said('script ');
  killed.kill('SIGKILL');
  await killed.ended;
  const other = await start(join(root, 'other'), [...produce, '--json'], environment).ended;
  expect(other.stderr).toContain('audio');
  expect(other.code).toBe(0);
  const [id, idAlone] = [other.json(), (await alone).json()].map(({ session_id: found }) => String(found));
  const history = await start(join(root, 'other'), ['history', '1', '--json'], environment).ended;
  const { events } = history.json() as { events: { type: string; phase?: string; by: string }[] };
  const workers = events.filter(({ type }) => type === 'phase.complete').map(({ by }) => by);
  expect(workers).toHaveLength(3);
  // Research by one, the audio by the other.
  expect(workers[0]).not.toBe(workers[2]);
  const sound = (machine: string, episode: string | undefined): Buffer =>
    readFileSync(join(root, machine, episode ?? '', 'audio', 'episode.mp3'));
  expect(sound('other', id).equals(sound('alone', idAlone))).toBe(true);
  expect((await start(join(root, 'other'), ['verify'], environment).ended).code).toBe(0);
});
