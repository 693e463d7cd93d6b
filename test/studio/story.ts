import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProductionStateManager } from '../../src/index.js';
import { fixedClock, type FixedClock } from '../../src/testing/index.js';
import { storyCrew, type Plot } from './story-crew.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;

const topics = [
  'Why bees dance',
  'How lighthouses found their rhythm',
  'The physics of a good espresso',
  'What glaciers remember',
  'Who invented the weekend',
  'How cities hear themselves',
  'The long life of batteries',
  'Why we forget names',
  'Salt, roads and empires',
  'How birds cross oceans',
  'The mathematics of queues',
  'What concrete wants',
  'Why violins sound old',
  'The secret work of fungi',
  'How maps lie',
  'Inside a container port',
  'What sleep repairs',
  'The grammar of traffic lights',
];

/** The sessions of a told production that tests and pictures look at. */
export interface Story {
  review: string;
  held: string;
  overBudget: string;
  failed: string;
  running: string;
  complete: string;
}

/** Makes two weeks of a production through the real API, ending at `untilMs`: history, failures, and people who are waited for. */
export async function tellStory(directory: string, untilMs = Date.now()): Promise<Story> {
  const clock = fixedClock(new Date(untilMs - 14 * dayMs).toISOString());
  const policy = { budgets: { total: '7.00' }, dailyCap: '20.00', retry: {} };
  // The studio and the command line read it there.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'policy.json'), JSON.stringify(policy));
  const manager = await ProductionStateManager.open({ directory, clock, policy, by: 'orchestrator' });
  try {
    let number = 1;
    let complete = '';
    for (let day = 0; day < 13; day++) {
      for (let count = 0; count < 1 + (day % 3); count++, number++) {
        clock.set(new Date(untilMs - (13.4 - day) * dayMs + count * 3 * 3_600_000).toISOString());
        complete = await tellEpisode(manager, clock, number, moodOf(day, count));
      }
    }
    clock.set(new Date(untilMs - 150 * minuteMs).toISOString());
    return { complete, ...(await tellToday(manager, clock, number, untilMs)) };
  } finally {
    await manager.close();
  }
}

function moodOf(day: number, count: number): Plot {
  const mood = Math.min(1, 0.25 + day * 0.05 + ((day * 7 + count * 5) % 10) / 40);
  if (day % 5 === 2 && count === 0)
    return {
      mood,
      fails: {
        phase: 'audio',
        error: Object.assign(new Error('the voice service answered 503'), { status: 503 }),
      },
    };
  return day === 6 && count === 0
    ? {
        mood,
        fails: {
          phase: 'script',
          error: Object.assign(new Error('the draft was refused by the content filter'), {
            code: 'content_filtered',
          }),
        },
      }
    : { mood };
}

/** One episode of the past: made, recovered once where it failed, unless it was the content filter. */
async function tellEpisode(
  manager: ProductionStateManager,
  clock: FixedClock,
  number: number,
  plot: Plot,
): Promise<string> {
  const sessionId = await manager.createEpisodeSession({
    episodeNum: number,
    topic: topics[(number - 1) % topics.length] ?? '',
  });
  clock.advance(minuteMs);
  const crew = storyCrew(clock, plot);
  const { outcome, failure } = await manager.produce(sessionId, crew);
  if (outcome === 'failed' && failure?.code !== 'content_filtered') {
    clock.advance(22 * minuteMs);
    await manager.recoverFailedSession(sessionId);
    await manager.produce(sessionId, crew);
  }
  if (number < 5) await manager.archiveEpisode(sessionId, 'published');
  return sessionId;
}

async function tellToday(
  manager: ProductionStateManager,
  clock: FixedClock,
  first: number,
  untilMs: number,
): Promise<Omit<Story, 'complete'>> {
  let number = first;
  const create = (
    more: Partial<Parameters<typeof manager.createEpisodeSession>[0]> = {},
  ): Promise<string> => {
    clock.advance(minuteMs);
    return manager.createEpisodeSession({
      episodeNum: number,
      topic: topics[(number++ - 1) % topics.length] ?? '',
      ...more,
    });
  };
  const review = await create({ approvals: ['script'] });
  await manager.produce(review, storyCrew(clock, { mood: 0.8 }));

  const failed = await create();
  await manager.produce(
    failed,
    storyCrew(clock, {
      mood: 0.4,
      fails: {
        phase: 'audio',
        error: Object.assign(new Error('the voice service answered 503: upstream connect error'), {
          status: 503,
        }),
      },
    }),
  );

  const held = await create();
  await manager.updatePhase({ sessionId: held, phase: 'research', status: 'active' });
  await manager.reserveCost({
    sessionId: held,
    phase: 'research',
    operation: 'perplexity_query',
    key: `${held}:overview`,
    maxCost: '0.50',
  });
  clock.advance(4 * minuteMs);
  await manager.send(held, {
    type: 'operation.held',
    key: `${held}:overview`,
    reason: 'the process ended between call and settle',
  });

  const overBudget = await create({ budgets: { total: '1.50' } });
  await manager.updatePhase({ sessionId: overBudget, phase: 'research', status: 'active' });
  for (const cost of ['0.62', '0.55', '0.48']) {
    clock.advance(2 * minuteMs);
    await manager.addCost({ sessionId: overBudget, phase: 'research', operation: 'perplexity_query', cost });
  }

  const paused = await create();
  await manager.updatePhase({ sessionId: paused, phase: 'research', status: 'active' });
  await manager.addCost({
    sessionId: paused,
    phase: 'research',
    operation: 'perplexity_query',
    cost: '0.31',
  });
  await manager.pause({ sessionId: paused, reason: 'waiting for the archive’s answer' });

  clock.set(new Date(Math.max(Date.parse(clock.now()), untilMs - 9 * minuteMs)).toISOString());
  const running = await create();
  await tellRunning(manager, clock, running);
  await create();
  await create();
  return { review, held, overBudget, failed, running };
}

/** An episode in the middle of its script phase, with a call under way and most of the phase's money used. */
async function tellRunning(
  manager: ProductionStateManager,
  clock: FixedClock,
  sessionId: string,
): Promise<void> {
  const pay = async (
    phase: 'research' | 'script',
    operation: string,
    key: string,
    maxCost: string,
    cost: string,
    seconds: number,
  ): Promise<void> => {
    await manager.reserveCost({ sessionId, phase, operation, key: `${sessionId}:${key}`, maxCost });
    clock.advance(seconds * 1000);
    await manager.settleCost({ sessionId, key: `${sessionId}:${key}`, cost });
  };
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (const [key, cost] of [
    ['overview', '0.35'],
    ['sources', '0.27'],
    ['numbers', '0.41'],
  ] as const)
    await pay('research', 'perplexity_query', key, '0.50', cost, 31);
  await manager.recordQuality({ sessionId, name: 'research_depth', value: 9.1 });
  await manager.createCheckpoint({ sessionId, checkpointName: 'before_synthesis' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { findings: 14 } });
  await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
  await pay('script', 'claude_draft', 'draft', '0.90', '0.71', 84);
  await pay('script', 'claude_draft', 'draft-2', '0.90', '0.66', 69);
  await manager.reserveCost({
    sessionId,
    phase: 'script',
    operation: 'claude_polish',
    key: `${sessionId}:polish`,
    maxCost: '0.40',
  });
}
