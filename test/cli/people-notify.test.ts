import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { PersonNotice } from '../../src/index.js';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const support = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url));

function toldIn(file: string): PersonNotice[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as PersonNotice);
}

test('given --notify, when an episode waits, then the command is run until it works, also by another process, and the commands that it gets answer', async () => {
  const folder = temporaryDirectory();
  const directory = join(folder, 'production');
  const file = join(folder, 'told.ndjson');
  const notify = JSON.stringify([process.execPath, support('telling.mjs'), file]);
  writeFileSync(`${file}.down`, '');
  const words = ['produce', '--topic', 'Bees', '--crew', support('trying-crew.mjs'), '--approve'];
  const produced = await run(directory, ...words, '--notify', notify);
  expect(produced.code).toBe(0);
  const [first] = toldIn(file);
  const id = first?.sessionId ?? '';
  expect(first).toMatchObject({
    directory,
    topic: 'Bees',
    need: 'approval',
    answers: [{ command: `showrunner approve ${id}` }, { answer: 'reject' }, { answer: 'edit' }],
  });
  rmSync(`${file}.down`);
  // Nothing else tells of it: a command that only looks, or changes something, runs no command.
  await run(directory, 'show', id);
  expect(toldIn(file)).toHaveLength(1);
  const workers = [0, 1].map(() =>
    start(directory, ['work', '--crew', support('trying-crew.mjs'), '--json'], { SHOWRUNNER_NOTIFY: notify }),
  );
  onTestFinished(() => workers.forEach((worker) => worker.kill('SIGKILL')));
  await expect.poll(() => toldIn(file).length, { timeout: 60_000 }).toBe(2);
  const [answer] = toldIn(file)[1]?.answers ?? [];
  await run(directory, ...(answer?.command.split(' ').slice(1) ?? []));
  await expect
    .poll(async () => (await run(directory, 'show', id, '--json')).json(), { timeout: 60_000 })
    .toMatchObject({ state: 'complete' });
  for (const worker of workers) worker.kill('SIGTERM');
  expect((await Promise.all(workers.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
  expect(toldIn(file).map((notice) => notice.id)).toEqual(Array(2).fill(`${id}/approval:script:1.1`));
});

test.each(['[]', '["./tell.mjs", 7]', '["'])(
  'given --notify %s, then it is a mistake that says what to write',
  async (notify) => {
    const refused = await run(
      temporaryDirectory(),
      'work',
      '--crew',
      support('trying-crew.mjs'),
      '--notify',
      notify,
    );
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('["./tell.mjs","--loud"]') as string,
    });
  },
);

test('given a policy with a deadline, then show and list say until when, and a worker decides', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const crew = support('trying-crew.mjs');
  await run(directory, 'produce', '--topic', 'Bees', '--crew', crew, '--approve');
  const set = [
    'policy',
    'set',
    'approvalDeadline',
    '{"hours":0.0003,"do":"approve"}',
    '--reason',
    'a long night',
  ];
  expect(await run(directory, ...set)).toMatchObject({ code: 0 });
  expect((await run(directory, 'show', '1')).stdout).toMatch(/policy approves it after \d{4}-/);
  expect((await run(directory, 'list', '--json')).json()).toMatchObject({
    episodes: [{ needs: [{ need: 'approval', deadline: expect.any(String) as string }] }],
  });
  const worker = start(directory, ['work', '--crew', crew, '--json']);
  onTestFinished(() => worker.kill('SIGKILL'));
  await expect
    .poll(async () => (await run(directory, 'list', '--all', '--json')).json(), { timeout: 60_000 })
    .toMatchObject({ episodes: [{ status: 'complete' }] });
  worker.kill('SIGTERM');
  await worker.ended;
  expect((await run(directory, 'history', '1', '--json')).stdout).toContain('approvalDeadline of the policy');
});
