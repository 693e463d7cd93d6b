import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { errorRemedies } from '../../machines/index.js';
import { ProductionStateManager, defineCrew } from '../../src/index.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { temporaryProduction } from '../../src/testing/index.js';

const source = readFileSync(fileURLToPath(new URL('../../src/manager/manager.ts', import.meta.url)), 'utf8');

/** The public calls of the manager, each with its docstring. */
const calls = [
  ...source.matchAll(/((?: {2}\/\*\*(?:(?!\*\/)[^])*\*\/\n)?) {2}(?:static )?async (\w+)[(<]/g),
].map(([, docstring, name]) => ({ name: name ?? '', docstring: docstring ?? '' }));

const crew = defineCrew({
  research: () => Promise.resolve({ facts: ['bees dance'] }),
  script: () => Promise.resolve(null),
  audio: () => Promise.resolve(null),
});

type Prepare = (manager: ProductionStateManager, sessionId: string) => Promise<unknown>;
const start: Prepare = (manager, sessionId) =>
  manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
const fail: Prepare = async (manager, sessionId) => {
  await start(manager, sessionId);
  await manager.markPhaseFailed({ sessionId, phase: 'research', error: new Error('the provider was down') });
};
const reserve: Prepare = async (manager, sessionId) => {
  await start(manager, sessionId);
  await manager.reserveCost({ sessionId, phase: 'research', operation: 'query', key: 'q1', maxCost: 1 });
};
const save: Prepare = async (manager, sessionId) => {
  await start(manager, sessionId);
  await manager.saveCheckpoint({ sessionId, phase: 'research', data: 1 });
};
const review: Prepare = async (manager, sessionId) => {
  await start(manager, sessionId);
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
};
const produce: Prepare = (manager, sessionId) => manager.produce(sessionId, crew);

/** How an episode stands before the example of a call, where research being under way is not it. */
const before: Record<string, Prepare> = {
  completeEpisode: produce,
  resumeEpisode: () => Promise.resolve(),
  loadCheckpoint: save,
  recoverFailedSession: fail,
  settleCost: reserve,
  correctCost: async (manager, sessionId) => {
    await reserve(manager, sessionId);
    await manager.settleCost({ sessionId, key: 'q1', cost: 1 });
  },
  releaseCost: reserve,
  getOperationResult: async (manager, sessionId) => {
    await reserve(manager, sessionId);
    await manager.settleCost({ sessionId, key: 'q1', cost: 1, result: 'kept' });
  },
  restoreCheckpoint: save,
  initiateRecovery: fail,
  archiveFailedEpisode: fail,
  archiveEpisode: produce,
  unarchiveEpisode: produce,
  skipPhase: () => Promise.resolve(),
  fulfillPhase: () => Promise.resolve(),
  resume: async (manager, sessionId) => {
    await start(manager, sessionId);
    await manager.pause({ sessionId });
  },
  editArtifact: async (manager, sessionId) => {
    const folder = join(manager.production.directory, sessionId, 'research');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.md'), 'Bees dance, and dance.');
    await review(manager, sessionId);
  },
  approve: review,
  answer: async (manager, sessionId) => {
    const asks = defineCrew({
      research: ({ ask }) => ask({ key: 'title', question: 'Which title?' }),
      script: () => Promise.resolve(null),
      audio: () => Promise.resolve(null),
    });
    await manager.produce(sessionId, asks);
  },
  reject: review,
  planRecovery: fail,
  forkEpisode: save,
  produce: () => Promise.resolve(),
  produceAll: () => Promise.resolve(),
  work: () => Promise.resolve(),
};

function exampleOf(docstring: string): string {
  const [, code = ''] = /@example\s+\* ```js\n([^]*?)```/.exec(docstring) ?? [];
  return code.replace(/^\s*\* ?/gm, '');
}

type Example = (...given: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => Example;

describe('the API reference', () => {
  test.each(calls)(
    'given the docstring of $name, then its example runs as it stands',
    async ({ name, docstring }) => {
      const code = exampleOf(docstring);
      expect(code).toContain(`${name}(`);
      const { manager, directory, remove } = await temporaryProduction();
      onTestFinished(remove);
      // What is deleted is moved beside the production.
      onTestFinished(() => {
        for (const each of readdirSync(dirname(directory)).filter((name) =>
          name.startsWith(`${basename(directory)}.backup`),
        ))
          rmSync(join(dirname(directory), each), { recursive: true });
      });
      const approvals: 'research'[] = review === before[name] ? ['research'] : [];
      const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees', approvals });
      await (before[name] ?? start)(manager, sessionId);
      const example = new AsyncFunction(
        'manager',
        'sessionId',
        'crew',
        'ProductionStateManager',
        'directory',
        'log',
        'console',
        code,
      );
      // One is opened anew; from another, which must be there, a text is taken out.
      const other = name === 'redact' ? directory : `${directory}/other`;
      await example(manager, sessionId, crew, ProductionStateManager, other, new MemoryLog().connect(), {
        log: () => {},
      });
      expect((await manager.verify()).problems).toEqual([]);
    },
  );

  test('given the docstrings, then each names its errors, and each error that is named is one', () => {
    expect(calls.length).toBeGreaterThan(45);
    const wrong = calls.flatMap(({ name, docstring }) => {
      const thrown = docstring.split('@throws')[1]?.split('@example')[0] ?? '';
      const codes = [...thrown.matchAll(/`(\w+)`/g)].map(([, code]) => code ?? '');
      const unknown = codes.filter((code) => !Object.hasOwn(errorRemedies, code));
      return codes.length > 0 && unknown.length === 0 ? [] : [{ name, unknown }];
    });
    expect(wrong).toEqual([]);
  });

  test('given the reference, then it has every public call', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/api/README.md', import.meta.url)), 'utf8');
    expect(calls.filter(({ name }) => !page.includes(`${name}()`)).map(({ name }) => name)).toEqual([]);
  });
});
