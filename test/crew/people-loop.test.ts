import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew, type PhaseContext } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Made {
  manager: ProductionStateManager;
  directory: string;
  sessionId: string;
  /** What the provider was asked for, in order. */
  asked: string[];
  seen: PhaseContext[];
  crew: ReturnType<typeof defineCrew>;
}

/** A crew that pays for one call a phase, and for a line whose key is its content. */
async function produced(fails: { script?: boolean } = {}): Promise<Made> {
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({ directory });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({
    episodeNum: 1,
    topic: 'Bees',
    approvals: ['script'],
  });
  const asked: string[] = [];
  const seen: PhaseContext[] = [];
  const pay = (context: PhaseContext, key: string, acrossRevisions = false): Promise<string> =>
    context.operation('call', { key, maxCost: '0.10', acrossRevisions }, ({ idempotencyKey }) => {
      asked.push(idempotencyKey.replace(`${sessionId}:`, ''));
      return Promise.resolve({ result: `answer ${asked.length}`, cost: '0.05' });
    });
  const crew = defineCrew({
    research: (context) => pay(context, 'query'),
    async script(context) {
      seen.push(context);
      const draft = await pay(context, 'draft');
      await pay(context, 'line-of-this-content', true);
      if (fails.script) {
        fails.script = false;
        throw Object.assign(new Error('the page was blank'), { code: 'invalid_input' });
      }
      await context.writeArtifact('script.json', JSON.stringify({ draft }));
      return { draft };
    },
    async audio(context) {
      const script = await context.readArtifact('script/script.json');
      return { spoken: Buffer.from(script ?? []).toString() };
    },
  });
  await manager.produce(sessionId, crew);
  return { manager, directory, sessionId, asked, seen, crew };
}

describe('a reviewer', () => {
  test('given he rejects, when it is produced again, then the worker is told why, pays for a new draft, and not for what has the same content', async () => {
    const { manager, sessionId, asked, seen, crew } = await produced();
    await manager.reject({ sessionId, by: 'ann', reason: 'too dry' });
    await manager.produce(sessionId, crew);
    expect(asked).toEqual(['query', 'draft', 'line-of-this-content', 'draft~r2']);
    expect(seen.map(({ revision, review }) => [revision, review])).toEqual([
      [1, null],
      [
        2,
        {
          reason: 'too dry',
          by: 'ann',
          revision: 1,
          at: expect.any(String) as string,
          checkpoint: 'script_rejected_1',
        },
      ],
    ]);
    expect(await manager.loadCheckpoint(sessionId, 'script_rejected_1')).toMatchObject({
      data: { draft: 'answer 2' },
    });
    expect(await manager.verify()).toMatchObject({ ok: true });
  });

  test('given he approves, when the episode is forked without a name and restored by name, then both go on after the approved phase', async () => {
    const { manager, sessionId } = await produced();
    await manager.approve({ sessionId, by: 'ann' });
    const fork = await manager.forkEpisode({ sessionId });
    expect((await manager.getEpisodeState(fork)).phases).toMatchObject({
      script: { status: 'complete' },
      audio: { status: 'pending' },
    });
    const restored = await manager.restoreCheckpoint({ sessionId, checkpointName: 'script_complete' });
    expect(restored.phases).toMatchObject({ script: { status: 'complete' }, audio: { status: 'pending' } });
  });

  test('given the work still waits for approval, when it is forked, then it is from what is finished; from the waiting work it is refused and leaves no folder', async () => {
    const { manager, directory, sessionId } = await produced();
    const sessions = (): string[] => readdirSync(directory).filter((name) => name.startsWith('ep_'));
    await expect(manager.forkEpisode({ sessionId, checkpointName: 'script_complete' })).rejects.toMatchObject(
      { code: 'phase_out_of_order' },
    );
    expect(sessions()).toEqual([sessionId]);
    const fork = await manager.forkEpisode({ sessionId });
    expect((await manager.getEpisodeState(fork)).phases.script.status).toBe('pending');
  });
});

test('given a phase did not finish, when it is recovered, then nothing is paid twice', async () => {
  const { manager, sessionId, asked, crew } = await produced({ script: true });
  await manager.produce(sessionId, crew);
  expect(asked).toEqual(['query', 'draft', 'line-of-this-content']);
});

test('given a finished phase is wanted again by choice, when it is produced, then it is paid for anew', async () => {
  const { manager, sessionId, asked, crew } = await produced();
  await manager.restoreCheckpoint({ sessionId, checkpointName: 'research_complete' });
  await manager.produce(sessionId, crew);
  expect(asked).toEqual(['query', 'draft', 'line-of-this-content', 'draft~r2']);
});

describe('a call that a person settles', () => {
  async function held(): Promise<Made> {
    const made = await produced();
    const { manager, sessionId } = made;
    await manager.reject({ sessionId, by: 'ann', reason: 'again' });
    const call = { sessionId, phase: 'script', operation: 'call', key: 'draft~r2', maxCost: '0.10' } as const;
    await manager.reserveCost(call);
    return made;
  }

  test('given it is settled with its result, when the worker asks, then it gets that, and the provider is not asked', async () => {
    const { manager, sessionId, asked, crew } = await held();
    await manager.settleCost({ sessionId, key: 'draft~r2', cost: '0.07', result: 'found by hand' });
    await manager.produce(sessionId, crew);
    expect(asked).not.toContain('draft~r2');
    expect(await manager.loadCheckpoint(sessionId, 'script')).toMatchObject({
      data: { draft: 'found by hand' },
    });
  });

  test('given it is settled without its result, when the worker asks, then the phase pauses and says how to give one; once given, it goes on', async () => {
    const { manager, sessionId, asked, crew } = await held();
    await manager.settleCost({ sessionId, key: 'draft~r2', cost: '0.07' });
    const waiting = await manager.produce(sessionId, crew);
    expect(waiting).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringContaining(`showrunner settle ${sessionId} 'draft~r2' --result`) as string,
    });
    await manager.settleCost({ sessionId, key: 'draft~r2', result: null });
    await expect(manager.settleCost({ sessionId, key: 'draft~r2', result: 'other' })).rejects.toMatchObject({
      code: 'operation_settled',
    });
    await manager.resume({ sessionId });
    await manager.produce(sessionId, crew);
    expect(asked).not.toContain('draft~r2');
    expect(await manager.loadCheckpoint(sessionId, 'script')).toMatchObject({ data: { draft: null } });
    expect(await manager.verify()).toMatchObject({ ok: true });
  });
});

describe('an edited file', () => {
  const edited = '{"draft":"the western bee"}';

  test('given the script waits for approval, when it is edited and approved, then the audio speaks the edit, and the past has both hashes, by whom and why', async () => {
    const { manager, directory, sessionId, crew } = await produced();
    const path = 'script/script.json';
    const before = (await manager.loadCheckpoint(sessionId, 'script')).artifacts[0]?.sha256;
    await manager.editArtifact({ sessionId, path, content: edited, by: 'ann', reason: 'a wrong name' });
    expect(readFileSync(join(directory, sessionId, path), 'utf8')).toBe(edited);
    const after = (await manager.loadCheckpoint(sessionId, 'script')).artifacts[0]?.sha256;
    await manager.approve({ sessionId, by: 'ann' });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(await manager.loadCheckpoint(sessionId, 'audio')).toMatchObject({ data: { spoken: edited } });
    const event = (await manager.history(sessionId)).find(({ type }) => type === 'artifact.edited')?.event;
    expect(event).toMatchObject({ path, before, after, by: 'ann', reason: 'a wrong name' });
    expect(before).not.toBe(after);
  });

  test('given somebody edits the file by hand, when it is approved, then that is said at once with the command that keeps the edit', async () => {
    const { manager, directory, sessionId } = await produced();
    const file = join(directory, sessionId, 'script/script.json');
    writeFileSync(file, edited);
    await expect(manager.approve({ sessionId })).rejects.toMatchObject({
      code: 'artifact_edited',
      message: expect.stringContaining(
        `showrunner edit ${sessionId} script/script.json --from ${file}`,
      ) as string,
    });
    await manager.editArtifact({ sessionId, path: 'script/script.json', content: readFileSync(file) });
    expect((await manager.approve({ sessionId })).phases.script.status).toBe('complete');
  });

  test.each([
    ['a file that is none of the phase', 'script/other.json', '{}', 'invalid_input'],
    ['a path that leads out', 'script/../../state.json', '{}', 'invalid_input'],
    ['JSON that is none', 'script/script.json', '{', 'invalid_input'],
    ['a phase that has made nothing', 'audio/x.txt', 'x', 'wrong_state'],
  ])('given %s, then the edit is refused and no file changes', async (_what, path, content, code) => {
    const { manager, directory, sessionId } = await produced();
    const before = readFileSync(join(directory, sessionId, 'script/script.json'), 'utf8');
    await expect(manager.editArtifact({ sessionId, path, content })).rejects.toMatchObject({ code });
    expect(readFileSync(join(directory, sessionId, 'script/script.json'), 'utf8')).toBe(before);
  });

  test('given the audio was made from it, when it is edited, then it is refused with the way back, and no file changes', async () => {
    const { manager, directory, sessionId, crew } = await produced();
    await manager.approve({ sessionId });
    await manager.produce(sessionId, crew);
    const edit = manager.editArtifact({ sessionId, path: 'script/script.json', content: edited });
    await expect(edit).rejects.toMatchObject({ code: 'wrong_state' });
    expect(readFileSync(join(directory, sessionId, 'script/script.json'), 'utf8')).not.toBe(edited);
  });
});
