import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/trying-crew.mjs', import.meta.url));

test('given times of an episode, then every place that shows it tells them, and what is said next leads on', async () => {
  const directory = temporaryDirectory();
  const showrunner = (...words: string[]) => run(directory, ...words);
  const create = ['create', '--topic', 'Bees', '--json'];
  const made = (await showrunner(...create, '--start-at', '+2h', '--due-by', '+3d')).json();
  const id = String(made['session_id']);
  expect(made).toMatchObject({
    start_at: expect.any(String) as unknown,
    due_by: expect.any(String) as unknown,
  });
  expect(Date.parse(String(made['due_by'])) - Date.parse(String(made['start_at']))).toBe(70 * 3_600_000);

  const { start_at, due_by } = made;
  const wait = { for: 'start', until: start_at };
  expect((await showrunner('show', id, '--json')).json()).toMatchObject({
    start_at,
    due_by,
    wait,
    needs: [],
  });
  expect((await showrunner('list', '--json')).json()).toMatchObject({
    episodes: [{ start_at, due_by, wait }],
  });
  const shown = await showrunner('show', id);
  expect(shown.stdout).toContain(`is not taken up before ${String(start_at)}\ndue by ${String(due_by)}`);

  const early = await showrunner('produce', id, '--crew', crew);
  expect(early.code).toBe(0);
  const next = /let it begin now: (showrunner .*)$/m.exec(early.stdout)?.[1] ?? '';
  expect(next).toBe(`showrunner schedule ${id} --start-at now`);
  expect((await showrunner(...next.split(' ').slice(1))).code).toBe(0);

  // It was due long ago.
  const said = (await showrunner('schedule', id, '--due-by', '2020-01-01T00:00Z')).stdout;
  expect(said).toContain('late: it was due by 2020-01-01T00:00:00.000Z');
  const late = expect.objectContaining({ need: 'late', since: '2020-01-01T00:00:00.000Z' }) as unknown;
  expect((await showrunner('list', '--status', 'late', '--json')).json()).toMatchObject({
    episodes: [{ needs: expect.arrayContaining([late]) as unknown }],
  });
  expect((await showrunner('doctor')).stdout).toContain(
    `${id}: late: it was due by 2020-01-01T00:00:00.000Z`,
  );
  expect((await showrunner('produce', id, '--crew', crew)).stdout).toContain('complete');
  expect((await showrunner('show', id, '--json')).json()).toMatchObject({ needs: [], wait: null });
});
