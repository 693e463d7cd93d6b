import { hasKey } from '../../../machines/index.js';
import { defineCrew, type PolicyInput, type ProductionStateManager } from '../../../src/index.js';
import { ask, lookUp } from './client.js';
import { mostMicro, randomOf, scriptOf, type ScriptedKey } from './script.js';

const rule = { attempts: 3, baseMs: 0, maxMs: 255 };

/** Little money, so that calls wait for what others have reserved; quick retries; whoever helps may help often. */
export const policy: PolicyInput = {
  budgets: { research: '9', total: '0.25' },
  maxRecoveries: 100,
  retry: {
    rate_limited: rule,
    provider_unavailable: rule,
    timeout: rule,
    invalid_output: { attempts: 2, baseMs: 0, maxMs: 0 },
  },
};

const mostRounds = 40;
const longestMs = 250;

/** What an episode has booked for each of its keys, in micro-dollars, and which calls are held. */
export interface Books {
  booked: Record<string, number>;
  held: string[];
  spent: number;
}

/**
 * Produces the one episode of a production whose calls go as their script says, with a person who settles, releases, raises and resumes as
 * he is told to. At each stop the books are compared with the provider's invoice. @throws Error when they differ for a call that is not held.
 */
export async function live(manager: ProductionStateManager, url: string, seed: number): Promise<Books> {
  const [first] = await manager.listEpisodes();
  const sessionId =
    first?.session_id ?? (await manager.createEpisodeSession({ episodeNum: 1, topic: `Script ${seed}` }));
  const script = scriptOf(seed);
  const crew = crewFor(script, url, seed);
  const random = randomOf(seed);
  for (let round = 0; round < mostRounds; round += 1) {
    const { outcome, reason, failure } = await manager.produce(sessionId, crew, { random });
    const books = await booksOf(manager, sessionId, script);
    const invoice = await invoiceOf(url, seed);
    compare(books, invoice, `script ${seed}, round ${round}, ${outcome}: ${reason ?? ''}`);
    if (outcome === 'complete') return books;
    if (outcome === 'waiting' && books.held.length > 0 && !books.held.some((key) => reason?.includes(key)))
      throw new Error(`script ${seed}: ${books.held.join(', ')} held, and no word of it: ${reason}`);
    for (const key of books.held) {
      await lookUp(url, seed, key);
      const { [key]: charged = 0 } = await invoiceOf(url, seed);
      const outstanding = charged - (books.booked[key] ?? 0);
      await (outstanding > 0
        ? manager.settleCost({ sessionId, key, cost: dollars(outstanding), result: `answer to ${key}` })
        : manager.releaseCost({ sessionId, key }));
    }
    const { money, budgets } = (await manager.getSnapshot(sessionId)).context;
    // What was settled by hand may have used up the rest.
    if (failure?.code === 'budget_exhausted' || money.spent >= budgets.total)
      await manager.raiseBudget({ sessionId, scope: 'total', amount: '0.20', by: 'Ada', reason: 'worth it' });
    if (outcome === 'waiting') await manager.resumeEpisode(sessionId);
  }
  throw new Error(`script ${seed}: not complete after ${mostRounds} rounds`);
}

function crewFor(script: readonly ScriptedKey[], url: string, seed: number) {
  return defineCrew({
    research: ({ operation }) =>
      Promise.all(
        script.map(({ key, rule: leave }) =>
          operation(
            `ask_${key}`,
            {
              key,
              maxCost: dollars(mostMicro),
              timeoutMs: longestMs,
              reconcile: leave === 'look-up' ? async () => (await lookUp(url, seed, key)) ?? 'retry' : leave,
            },
            (call) => ask(url, seed, key, call),
          ),
        ),
      ),
    script: async ({ earlier }) => earlier.research?.data,
    audio: async () => null,
  });
}

/** Asked again where the connection was an old one that the provider has just closed: asking changes nothing. */
async function invoiceOf(url: string, seed: number, tries = 5): Promise<Record<string, number>> {
  try {
    return (await (await fetch(`${url}/invoice/${seed}`)).json()) as Record<string, number>;
  } catch (error) {
    if (tries <= 1) throw error;
    return invoiceOf(url, seed, tries - 1);
  }
}

/** Adds up what history says, call by call. */
export async function booksOf(
  manager: ProductionStateManager,
  sessionId: string,
  script: readonly ScriptedKey[],
): Promise<Books> {
  const booked = Object.fromEntries(script.map(({ key }) => [key, 0]));
  for (const { event } of await manager.history(sessionId)) {
    if (event.type === 'operation.settled') booked[event.key] = (booked[event.key] ?? 0) + event.cost;
    if (event.type === 'cost.recorded') {
      const key = event.operation.replace('ask_', '');
      booked[key] = (booked[key] ?? 0) + event.cost;
    }
  }
  const { operations, money, paid } = (await manager.getSnapshot(sessionId)).context;
  const open = Object.keys(operations).filter((key) => operations[key]?.state !== 'held');
  if (open.length > 0) throw new Error(`${open.join(', ')}: open, and nobody works on it`);
  const unpaid = Object.keys(operations).filter((key) => hasKey(paid, key));
  if (unpaid.length > 0) throw new Error(`${unpaid.join(', ')}: paid, and still open`);
  return { booked, held: Object.keys(operations), spent: money.spent };
}

function compare({ booked, held, spent }: Books, invoice: Record<string, number>, where: string): void {
  const wrong = Object.keys(invoice).filter((key) => !held.includes(key) && booked[key] !== invoice[key]);
  const sum = Object.values(booked).reduce((total, each) => total + each, 0);
  if (wrong.length > 0 || sum !== spent)
    throw new Error(
      `${where}: the books say ${JSON.stringify(booked)}, spent ${spent}, the invoice ${JSON.stringify(invoice)}, held are ${held.join(', ') || 'none'}`,
    );
}

function dollars(micros: number): string {
  return (micros / 1e6).toFixed(6);
}
