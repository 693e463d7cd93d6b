import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { run, start, type Ran } from '../support/cli.js';
import { journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const secret = `sk-ant-api03-${'a1B2'.repeat(8)}`;

/** A crew in a file of its own that says which options it works with. */
function crewFile(folder: string, version: string): string {
  const path = join(folder, `crew-${version}.mjs`);
  writeFileSync(
    path,
    `const work = async ({ options }) => { console.error('with', Object.keys(options).join(), options.apiKey === ${JSON.stringify(secret)}); return null; };
export default { name: 'bees', version: '${version}', research: work, script: work, audio: work };`,
  );
  return path;
}

/** An episode that somebody's own program has begun with a secret among its options, and that waits for nobody any more. */
async function begun(folder: string): Promise<{ directory: string; id: string }> {
  const directory = join(folder, 'production');
  const manager = await ProductionStateManager.open({ directory });
  const { default: crew } = (await import(crewFile(folder, '1.0'))) as { default: never };
  const { sessionId } = await manager.produce({ key: 'bees', topic: 'Bees', approvals: ['research'] }, crew, {
    crewOptions: { apiKey: secret, minutes: 7 },
  });
  await manager.approve({ sessionId, by: 'Ada' });
  await manager.close();
  return { directory, id: sessionId };
}

describe('the crew of an episode at the command line', () => {
  test('given options with a secret, then show tells crew, version and what is not kept; who takes it up is told what to give, gives it in a file, and hears that the crew is another', async () => {
    const folder = temporaryDirectory();
    const { directory, id } = await begun(folder);
    const shown = await run(directory, 'show', '1');
    expect(shown.stdout).toContain(
      'crew: bees 1.0, with {"apiKey":"[redacted]","minutes":7} (apiKey not kept: a secret)',
    );
    expect((await run(directory, 'show', '1', '--json')).json()).toMatchObject({
      crew: {
        name: 'bees',
        version: '1.0',
        options: { apiKey: '[redacted]', minutes: 7 },
        withheld: ['apiKey'],
      },
    });

    const taken = (...more: string[]): Promise<Ran> =>
      run(directory, 'produce', '1', '--crew', crewFile(folder, '2.0'), ...more);
    const refused = await taken();
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('apiKey') as string });
    expect(refused.stderr).toContain(`showrunner produce ${id} --crew ./crew.mjs --local-options <file>`);
    const local = join(folder, 'local.json');
    writeFileSync(local, '["no object"]');
    expect(await taken('--local-options', local)).toMatchObject({ code: 2 });
    writeFileSync(local, JSON.stringify({ apiKey: secret }));
    const made = await taken('--local-options', local);
    expect(made.stderr).toContain(`${id}: crew bees 1.0 before, bees 2.0 from now on`);
    expect(made.stderr).toContain('with apiKey,minutes true');
    expect((await run(directory, 'show', '1')).stdout).toContain('crew: bees 2.0, with');
    expect(journalText(directory)).not.toContain(secret);
  });

  test('given the module of a crew was moved, when the episode is resumed, then it says how to go on, and that makes it', async () => {
    const folder = temporaryDirectory();
    const directory = join(folder, 'production');
    const before = crewFile(folder, '1.0');
    await run(directory, 'produce', '--key', 'bees', '--topic', 'Bees', '--crew', before, '--approve');
    await run(directory, 'approve', '1');
    const now = join(folder, 'my crew.mjs');
    renameSync(before, now);
    const [, id = ''] = /(ep_\S+)/.exec((await run(directory, 'show', '1')).stdout) ?? [];
    const lost = await run(directory, 'resume', '1');
    expect([lost.code, lost.stderr]).toEqual([
      2,
      expect.stringContaining(`showrunner produce ${id.replace(':', '')} --crew <module>`),
    ]);
    const made = await run(directory, 'produce', '1', '--crew', now);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('complete')]);
    // It is kept: the next who resumes it need not say so again.
    expect((await run(directory, 'resume', '1')).code).toBe(0);
  });

  test('given --local-options of a worker, then the crews of all that it takes get them', async () => {
    const folder = temporaryDirectory();
    const directory = join(folder, 'production');
    await run(directory, 'create', '--topic', 'Bees');
    const local = join(folder, 'local.json');
    writeFileSync(local, JSON.stringify({ apiKey: secret }));
    const worker = start(directory, ['work', '--crew', crewFile(folder, '1.0'), '--local-options', local]);
    await worker.said('complete');
    worker.kill('SIGTERM');
    expect((await worker.ended).stderr).toContain('with apiKey true');
  });

  test('given the file that says which crew made it was edited, then that module is not run, and what is said next leads on', async () => {
    const folder = temporaryDirectory();
    const directory = join(folder, 'production');
    await run(directory, 'produce', '--topic', 'Bees', '--crew', crewFile(folder, '1.0'), '--approve');
    await run(directory, 'approve', '1');
    const [{ session_id: id }] = (
      (await run(directory, 'list', '--json')).json() as {
        episodes: [{ session_id: string }];
      }
    ).episodes;
    const file = join(directory, id, 'producing.json');
    const trap = join(folder, 'trap.mjs');
    writeFileSync(trap, `console.error('the trap has run'); export default {};`);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/"crew": ".*"/, `"crew": ${JSON.stringify(trap)}`),
    );
    const command = `showrunner produce ${id} --crew ./crew.mjs`;
    for (const words of [['show', '1'], ['list'], ['resume', '1']]) {
      const { stdout, stderr } = await run(directory, ...words);
      expect({ words, isSaid: stdout.includes(`next: ${command}`) || words[0] === 'list' }).toEqual({
        words,
        isSaid: true,
      });
      expect(stderr).not.toContain('the trap has run');
    }
    const again = await run(directory, 'produce', id, '--crew', crewFile(folder, '1.0'), '--json');
    expect(again.json()).toMatchObject({ outcome: 'complete' });
  });
});

test('given calls that were reserved with what they are made with, when a cost is added, then --json has it beside, of the open ones and of its own', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await ProductionStateManager.open({ directory });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const call = { sessionId, phase: 'research', operation: 'query', maxCost: '0.10' } as const;
  await manager.reserveCost({ ...call, key: 'open', input: 'Why do bees dance?' });
  await manager.reserveCost({ ...call, key: 'ended', input: 'What do bees eat?' });
  await manager.settleCost({ sessionId, key: 'ended', cost: '0.05' });
  await manager.close();
  const { inputs } = (await run(directory, 'cost', '1', 'research', 'query', '0.05', '--json')).json();
  expect(inputs).toMatchObject({ open: { text: 'Why do bees dance?' } });
  expect(Object.keys(inputs as object)).toEqual(['open']);
});
