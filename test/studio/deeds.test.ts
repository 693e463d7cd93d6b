import { createHash } from 'node:crypto';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew } from '../../src/index.js';
import { writeProduceSettings, readProduceSettings } from '../../src/documents/produce-settings.js';
import type { CheckpointView, EpisodeView } from '../../src/studio/api.js';
import { startStudio } from '../../src/studio/studio.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = defineCrew({
  async research({ operation }) {
    return operation('query', { key: 'q1', maxCost: '0.10' }, () =>
      Promise.resolve({ result: { notes: ['Bees dance.'] }, cost: '0.05' }),
    );
  },
  async script({ writeArtifact }) {
    await writeArtifact('script.json', JSON.stringify({ lines: [{ speaker: 'Ann', text: 'Hello.' }] }));
    return { words: 1 };
  },
  async audio({ readArtifact, writeArtifact }) {
    await writeArtifact('spoken.txt', (await readArtifact('script/script.json')) ?? '');
  },
});

interface Answer<Body> {
  status: number;
  body: Body & { error?: { code: string; message: string } };
}

/** The studio's server in this process, on an empty production. */
async function served() {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await ProductionStateManager.open({ directory, by: 'Ada' });
  const options = { token: 'a-token', port: 0, page: 'dist/studio/page', by: 'Ada', note: () => {} };
  const studio = await startStudio({ manager, ...options });
  onTestFinished(async () => {
    await studio.close();
    await manager.close();
  });
  const ask = async <Body>(path: string, body?: object): Promise<Answer<Body>> => {
    const response = await fetch(`http://127.0.0.1:${studio.port}/api/episodes${path}`, {
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer<Body>['body'] };
  };
  const begun = async (more: object = {}): Promise<string> =>
    (await ask<EpisodeView>('', { topic: 'Bees', ...more })).body.board.sessionId;
  return { directory, manager, ask, begun };
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('what a person begins on the page', () => {
  test('given a topic, budgets and approvals, then the episode is there, says that nobody works on it and which commands do, and its number is the next', async () => {
    const { ask } = await served();
    await ask('', { topic: 'Wasps' });
    const { status, body } = await ask<EpisodeView>('', {
      topic: 'Bees',
      budgets: { total: '3.5', script: '1' },
      approvals: ['script'],
    });
    expect(status).toBe(201);
    expect(body.board).toMatchObject({ topic: 'Bees', episodeNumber: 2, budget: 3.5 });
    const id = body.board.sessionId;
    expect(body.work).toEqual({
      by: null,
      isBegun: false,
      next: ['showrunner work --crew ./crew.mjs', `showrunner produce ${id} --crew ./crew.mjs`],
    });
  });

  test('given a key, when it is asked for twice, then it is one episode; with another topic it is refused in the engine’s words', async () => {
    const { ask, begun } = await served();
    const id = await begun({ key: 'bees' });
    expect(await begun({ key: 'bees' })).toBe(id);
    expect(await ask('', { topic: 'Wasps', key: 'bees' })).toMatchObject({
      status: 409,
      body: { error: { code: 'key_taken' } },
    });
  });

  test.each([
    [{ topic: '' }, 'topic'],
    [{ topic: 'Bees', budgets: { total: 'much' } }, 'budgets'],
    [{ topic: 'Bees', approvals: ['dinner'] }, 'approvals'],
    [{ topic: 'Bees', wish: 1 }, 'wish'],
    [[], 'episode'],
  ])('given %j, then it is refused by name and nothing is made', async (asked, field) => {
    const { ask, manager } = await served();
    const { status, body } = await ask('', asked);
    expect([status, body.error?.code]).toEqual([400, 'invalid_input']);
    expect(body.error?.message).toContain(field);
    expect(await manager.listEpisodes()).toEqual([]);
  });
});

describe('what a person goes back to on the page', () => {
  test('given a checkpoint, then it is shown with its data and where going back leads, and going back leads there', async () => {
    const { ask, begun, manager } = await served();
    const id = await begun({ approvals: ['script'] });
    await manager.produce(id, crew);
    const { body } = await ask<CheckpointView>(`/${id}/checkpoints/research_complete`);
    expect(body).toMatchObject({
      resumes: 'script',
      data: { text: JSON.stringify({ notes: ['Bees dance.'] }, null, 2), isCut: false },
      restore: { status: 'script', phases: { research: 'complete', script: 'pending' }, spent: 0.05 },
    });
    const after = await ask<EpisodeView>(`/${id}/actions`, {
      action: 'restore',
      checkpointName: 'research_complete',
    });
    expect([after.status, after.body.board]).toMatchObject([200, { state: 'script.pending', spent: 0.05 }]);
  });

  test('given a complete episode, then going back is refused before and when it is tried, with the way on', async () => {
    const { ask, begun, manager } = await served();
    const id = await begun();
    await manager.produce(id, crew);
    const words = `showrunner fork ${id}`;
    const { body } = await ask<CheckpointView>(`/${id}/checkpoints/research_complete`);
    expect(body.restore).toMatchObject({ refused: expect.stringContaining(words) as string });
    const tried = await ask(`/${id}/actions`, { action: 'restore', checkpointName: 'research_complete' });
    expect([tried.status, tried.body.error?.message]).toEqual([409, expect.stringContaining(words)]);
    expect((await ask(`/${id}/checkpoints/nothing`)).status).toBe(404);
  });

  test('given a fork from a checkpoint with other data and topic, then the fork is answered, has them, and is made by its source’s crew', async () => {
    const { ask, begun, manager, directory } = await served();
    const id = await begun();
    await manager.produce(id, crew);
    writeProduceSettings({ directory, seeJournal: () => {}, prepareSession: () => {} }, id as never, {
      crew: 'offline',
      crew_options: { minutes: 2 },
    });
    const { status, body } = await ask<EpisodeView>(`/${id}/actions`, {
      action: 'fork',
      checkpointName: 'script_complete',
      topic: 'Bees again',
      data: { words: 7 },
    });
    expect([status, body.board.topic, body.board.state]).toEqual([200, 'Bees again', 'audio.pending']);
    const fork = body.board.sessionId;
    expect(await manager.loadCheckpoint(fork, 'script')).toMatchObject({ data: { words: 7 } });
    expect(readProduceSettings(directory, fork as never)).toMatchObject({ crew_options: { minutes: 2 } });
    expect(body.work).toEqual({ by: null, isBegun: false, next: [`showrunner resume ${fork}`] });
  });

  test('given a fork at a position of the past, then it stands as the episode stood; one that is none is refused', async () => {
    const { ask, begun, manager } = await served();
    const id = await begun();
    await manager.produce(id, crew);
    const past = (await manager.history(id)).find(({ type }) => type === 'phase.complete');
    const { body } = await ask<EpisodeView>(`/${id}/actions`, { action: 'fork', position: past?.position });
    expect(body.board.state).toBe('script.pending');
    expect((await ask(`/${id}/actions`, { action: 'fork', position: 0 })).status).toBe(400);
  });

  test('given an archived episode, when it is brought back, then it stands as it was put away', async () => {
    const { ask, begun, manager } = await served();
    const id = await begun();
    await manager.produce(id, crew);
    const away = await ask<EpisodeView>(`/${id}/actions`, { action: 'archive' });
    expect(away.body.actions).toEqual(['unarchive']);
    const back = await ask<EpisodeView>(`/${id}/actions`, { action: 'unarchive', reason: 'a second part' });
    expect(back.body.board.state).toBe('complete');
  });
});

describe('what a person edits on the page', () => {
  async function inReview() {
    const studio = await served();
    const id = await studio.begun({ approvals: ['script'] });
    await studio.manager.produce(id, crew);
    const file = join(studio.directory, id, 'script', 'script.json');
    const edit = (more: object) =>
      studio.ask<EpisodeView>(`/${id}/edits`, { path: 'script/script.json', was: hashOf(file), ...more });
    return { ...studio, id, file, edit };
  }

  test('given a script in review, when it is edited and approved, then the journal says by whom and why, and the next phase works with it', async () => {
    const { ask, id, edit, manager } = await inReview();
    expect((await ask<EpisodeView>(`/${id}`)).body.editable).toEqual(['script']);
    const content = JSON.stringify({ lines: [{ speaker: 'Ann', text: 'Good morning.' }] });
    expect((await edit({ content, reason: 'warmer' })).status).toBe(200);
    await ask(`/${id}/actions`, { action: 'approve' });
    await manager.produce(id, crew);
    const said = readFileSync(join(manager.production.directory, id, 'audio', 'spoken.txt'), 'utf8');
    expect(said).toContain('Good morning.');
    expect((await manager.history(id)).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'artifact.edited', by: 'Ada', reason: 'warmer' }),
    );
    expect((await ask<EpisodeView>(`/${id}`)).body.editable).toEqual(['audio']);
  });

  test.each([
    ['approve', 'was edited by somebody else'],
    ['approve', 'was sent back by somebody else and made anew'],
    ['reject', 'was sent back by somebody else and made anew'],
    ['approve', 'is the work of a later phase by now'],
  ])(
    'given a page that shows a work in review, when it wants to %s what %s, then it is refused with what to do, and what it shows now it may',
    async (action, what) => {
      const { ask, begun, manager } = await served();
      const id = await begun({ approvals: ['research', 'script'] });
      await manager.produce(id, crew);
      const judged = async () => (await ask<EpisodeView>(`/${id}`)).body.judged;
      const research = await judged();
      await manager.approve({ sessionId: id });
      await manager.produce(id, crew);
      const script = await judged();
      if (what.includes('edited'))
        await manager.editArtifact({ sessionId: id, path: 'script/script.json', content: '{}', by: 'Bob' });
      if (what.includes('anew')) {
        await manager.reject({ sessionId: id, reason: 'too dry' });
        const another = {
          ...crew,
          script: () => Promise.resolve({ result: { words: 2 } }),
        };
        await manager.produce(id, another);
      }
      const judge = (of: string | null) => ask(`/${id}/actions`, { action, of, reason: 'good' });
      const stale = await judge(what.includes('later') ? research : script);
      expect(stale).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } });
      expect(stale.body.error?.message).toContain('look at it again');
      expect((await manager.getSnapshot(id)).value).toEqual({ script: 'review' });
      expect((await judge(await judged())).status).toBe(200);
    },
  );

  test('given the file was changed after it was read, then nothing is written over, and the refusal says what to do', async () => {
    const { file, edit, id } = await inReview();
    const was = hashOf(file);
    writeFileSync(file, '{"lines": []}');
    const refused = await edit({ content: '{}', was });
    expect([refused.status, refused.body.error?.message]).toEqual([
      409,
      expect.stringContaining(`script/script.json of ${id} has changed since it was read here`),
    ]);
    expect(readFileSync(file, 'utf8')).toBe('{"lines": []}');
  });

  test.each([
    ['a text that is no JSON', { content: 'Hello' }, 'is not JSON'],
    ['a file of no phase', { content: '{}', path: 'session.json' }, 'session.json'],
    ['a path that leads out', { content: '{}', path: 'script/../../policy.json' }, ''],
    ['no hash', { content: '{}', was: 'x' }, 'was'],
    ['a phase that is used already', { content: '{}', path: 'research/notes.json' }, ''],
  ])('given %s, then it is refused and the file is as it was', async (_what, more, words) => {
    const { file, edit } = await inReview();
    const was = readFileSync(file, 'utf8');
    const { status, body } = await edit(more);
    expect([400, 409]).toContain(status);
    expect(body.error?.message).toContain(words);
    expect(readFileSync(file, 'utf8')).toBe(was);
  });

  test('given a link in the file’s place, then what it leads to is neither read nor written', async () => {
    const { file, edit, directory } = await inReview();
    const outside = join(directory, '..', 'secret.json');
    writeFileSync(outside, '{"secret": true}');
    const was = hashOf(outside);
    rmSync(file);
    symlinkSync(outside, file);
    expect([400, 409]).toContain((await edit({ content: '{}', was })).status);
    expect(readFileSync(outside, 'utf8')).toBe('{"secret": true}');
  });

  test('given a script of 300 kB, then it is taken; an action of that size is not', async () => {
    const { edit, ask, id } = await inReview();
    const content = JSON.stringify({ lines: [{ speaker: 'Ann', text: 'x'.repeat(300_000) }] });
    expect((await edit({ content })).status).toBe(200);
    expect((await ask(`/${id}/actions`, { action: 'approve', reason: 'x'.repeat(300_000) })).status).toBe(
      413,
    );
  });
});

describe('what a call gave', () => {
  test('given a settled call, then its result can be read; one without a result is given it, and a worker gets that', async () => {
    const { ask, begun, manager } = await served();
    const id = await begun();
    await manager.updatePhase({ sessionId: id, phase: 'research', status: 'active' });
    const call = { sessionId: id, phase: 'research', operation: 'query' } as const;
    await manager.reserveCost({ ...call, key: 'a/b?c', maxCost: '0.10' });
    const act = (body: object) => ask<EpisodeView>(`/${id}/actions`, body);
    const paid = await act({ action: 'settle', key: 'a/b?c', cost: '0.05' });
    expect(paid.body.operations).toMatchObject([{ status: 'settled', hasResult: false }]);
    const result = () => ask(`/${id}/result?key=${encodeURIComponent('a/b?c')}`);
    expect((await result()).body).toEqual({ result: null });
    const given = await act({ action: 'settle', key: 'a/b?c', result: { notes: 3 } });
    expect(given.body.operations).toMatchObject([{ hasResult: true, cost: 0.05 }]);
    expect((await result()).body).toEqual({ result: { text: '{\n  "notes": 3\n}', isCut: false } });
    expect((await act({ action: 'settle', key: 'a/b?c', result: 4 })).status).toBe(409);
  });
});
