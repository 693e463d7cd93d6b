import { expect, test } from 'vitest';
import { studioCrew } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, type SessionId } from '../../../src/index.js';
import { finding } from '../../support/finding.js';
import { startModelServer, type ModelRequest, type Reply } from '../../support/model-server.js';
import { billed, play } from '../../support/playing-model.js';
import { randomOf } from '../../support/provider-scripts/script.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** One script again: SHOWRUNNER_SEED=<seed>; a thousand of them: SHOWRUNNER_LONG=1. */
const again = process.env['SHOWRUNNER_SEED'];
const scripts = again === undefined ? (process.env['SHOWRUNNER_LONG'] ? 1000 : 8) : 1;
const first = again === undefined ? 1 : Number(again);

const said = ['dance', 'honey', 'queen', 'hive', 'winter', 'flower'].map(
  (word) => `The ${word} of the bee is old.`,
);
const retry = {
  rate_limited: { attempts: 8, baseMs: 0, maxMs: 0 },
  provider_unavailable: { attempts: 8, baseMs: 0, maxMs: 0 },
  invalid_output: { attempts: 3, baseMs: 0, maxMs: 0 },
};

/** A provider that refuses, babbles, cuts its connections and is stopped amid a call, and whose bill is exact. */
class Misbehaving {
  readonly #random: () => number;
  readonly #mayCome = new Map<string, boolean>();
  /** Ends the life that is going on. */
  stop: () => void = () => {};
  bill = 0;
  /** What the last request was billed, of which its sender may have heard nothing. */
  unheard = 0;
  /** Requests that came again without a reason. */
  repeated: string[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  reply(request: ModelRequest): Reply {
    const asked = JSON.stringify(request.body);
    if (this.#mayCome.get(asked) === false) this.repeated.push(asked);
    const dice = this.#random();
    this.unheard = 0;
    this.#mayCome.set(asked, dice < 0.35);
    if (dice < 0.08) return { body: { error: { message: 'slow down' } }, status: 429 };
    if (dice < 0.14) return { body: { error: { message: 'overloaded' } }, status: 503 };
    if (dice < 0.2) return 'cut';
    const { micros, ...reply } = billed(request, dice < 0.26 ? { lines: 'none' } : play(request).answer);
    this.bill += micros;
    this.unheard = micros;
    if (dice < 0.26) return reply;
    if (dice < 0.31) return 'cut';
    if (dice < 0.35) this.stop();
    return reply;
  }
}

/** Keys of the calls whose outcome nobody knows. */
async function heldIn(manager: ProductionStateManager, sessionId: SessionId): Promise<string[]> {
  const last = new Map<string, string>();
  for (const { event } of await manager.history(sessionId))
    if (event.type.startsWith('operation.') || event.type === 'cost.reserve')
      last.set((event as unknown as { key: string }).key, event.type);
  return [...last].flatMap(([key, type]) => (type === 'operation.held' ? [key] : []));
}

async function playScript(seed: number) {
  const provider = new Misbehaving(randomOf(seed));
  const server = await startModelServer((request) => provider.reply(request));
  const directory = temporaryDirectory();
  const policy = { retry, maxRecoveries: 100, budgets: { total: '7.00', script: '7.00' } };
  const providers = { openai: { base_url: server.url }, anthropic: { base_url: server.url } };
  const studio = { script: 'anthropic:claude-sonnet-4-5', judge: 'openai:gpt-5.2', providers };
  const env = { OPENAI_API_KEY: 'sk-planted', ANTHROPIC_API_KEY: 'sk-planted' };
  const crew = { ...studioCrew({ env }), research: finding(said), audio: () => Promise.resolve(null) };
  let sessionId: SessionId | undefined;
  let held = 0;
  for (let lives = 1; lives <= 60; lives += 1) {
    const manager = await ProductionStateManager.open({
      directory,
      policy: lives === 1 ? policy : undefined,
    });
    sessionId ??= await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const stop = new AbortController();
    provider.stop = () => stop.abort();
    const { outcome } = await manager.produce(sessionId, crew, {
      crewOptions: { minutes: 0.4, studio },
      signal: stop.signal,
      graceMs: 0,
    });
    // A person reads the bill: what was billed is booked, and the call may be made again.
    for (const key of await heldIn(manager, sessionId)) {
      held += 1;
      await manager.releaseCost({ sessionId, key });
      if (provider.unheard > 0)
        await manager.addCost({
          sessionId,
          phase: 'script',
          operation: 'billed',
          cost: provider.unheard / 1e6,
        });
    }
    const { total_cost: spent } = await manager.getEpisodeState(sessionId);
    const { ok } = await manager.verify();
    if (outcome === 'failed') await manager.recoverFailedSession(sessionId);
    if (outcome === 'waiting') await manager.resumeEpisode(sessionId);
    await manager.close();
    expect({ seed, ok, spent, repeated: provider.repeated }).toEqual({
      seed,
      ok: true,
      spent: provider.bill / 1e6,
      repeated: [],
    });
    if (outcome === 'complete') return { lives, held };
  }
  throw new Error(`script ${String(seed)} came to no end`);
}

test('given providers that misbehave at random and lives that end amid a call, then bill and ledger agree after every life, and no call is made twice without leave', async () => {
  let [lives, held] = [0, 0];
  for (let seed = first; seed < first + scripts; seed += 1) {
    const played = await playScript(seed);
    lives += played.lives;
    held += played.held;
  }
  expect(lives).toBeGreaterThan(scripts);
  expect(held).toBeGreaterThan(0);
});
