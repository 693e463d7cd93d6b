// A machine of its own whose episodes commit all the time: node storming.mjs '{"name":…,"log":{…},"directory":…,"episodes":…,"isSpending":…}'.
// A JSON line for each commit that was acknowledged. It begins at the line "go", and ends at "stop".
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProductionStateManager } from '../../../dist/src/index.js';
import { openLog } from './open-log.mjs';

const {
  name,
  log,
  directory,
  episodes,
  isSpending,
  logAheadFile,
  skewMs = 0,
} = JSON.parse(process.argv[2] ?? '');
const phase = 'research';

async function say(line) {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}

/** What the log's clock is ahead of the real one. It may be set meanwhile. */
const logAheadMs = () => (logAheadFile === undefined ? 0 : Number(readFileSync(logAheadFile, 'utf8')));
const shifted = (at) => new Date(Date.parse(at) + logAheadMs()).toISOString();

/** The same log with a clock of its own. */
function withClock(real) {
  if (logAheadFile === undefined) return real;
  const timed = async (answer) => {
    const { at, ...rest } = await answer;
    return { ...rest, at: at === '' ? at : shifted(at) };
  };
  return {
    name: real.name,
    append: (...args) => timed(real.append(...args)),
    land: (...args) => timed(real.land(...args)),
    end: () => timed(real.end()),
    read: (...args) => real.read(...args),
    follow: (onChange) => real.follow(onChange),
    turn: () => real.turn(),
    close: () => real.close(),
  };
}

function open() {
  const clock = { now: () => new Date(Date.now() + logAheadMs() + skewMs).toISOString() };
  return 'production' in log
    ? ProductionStateManager.connect({ log: withClock(openLog(log)), directory, clock })
    : ProductionStateManager.open({ directory });
}

/** What may be unknown for a while is tried again under its key, which makes it once. */
async function untilKnown(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error.code !== 'journal_unavailable') throw error;
    }
  }
}

const manager = await untilKnown(open);

async function makeEpisode(number, budgets) {
  const key = `${name}/${number}`;
  const sessionId = await untilKnown(() =>
    manager.createEpisodeSession({ key, topic: `Storm ${key}`, budgets }),
  );
  await untilKnown(() => manager.updatePhase({ sessionId, phase, status: 'active' }));
  return sessionId;
}

const over = new AbortController();

/** Whoever is told that a newer program writes ends as if he had been told to. */
async function untilUpgraded(work) {
  try {
    await work();
  } catch (error) {
    if (error.code !== 'production_upgraded') throw error;
    await say({ refused: error.code });
  }
}

async function commitAllTheTime(sessionId) {
  for (let n = 0; !over.signal.aborted; n += 1) {
    const key = `${name}/${sessionId}/${n}`;
    await untilKnown(() => manager.addCost({ sessionId, phase, operation: 'step', cost: '0.000001', key }));
    await say({ key });
  }
}

/** Holds twelve dollars again and again, until the day has no more; whoever waits for the next day asks on. */
async function holdUntilRefused(sessionId) {
  for (let n = 0; !over.signal.aborted; n += 1) {
    const key = `${name}/held/${n}`;
    try {
      await untilKnown(() =>
        manager.reserveCost({ sessionId, phase, operation: 'hold', key, maxCost: '12.00' }),
      );
      await say({ held: key });
    } catch (error) {
      await say({ refused: error.code });
      if (isSpending !== 'each day') return;
      await sleep(50);
    }
  }
}

const sessions = await Promise.all(Array.from({ length: episodes }, (_, number) => makeEpisode(number)));
const spender = isSpending ? await makeEpisode('spender', { [phase]: '60.00', total: '60.00' }) : undefined;
await say({ ready: true });
const lines = createInterface({ input: process.stdin });
await once(lines, 'line');
lines.once('line', () => over.abort());
await untilUpgraded(() =>
  Promise.all([...sessions.map(commitAllTheTime), ...(spender ? [holdUntilRefused(spender)] : [])]),
);
lines.close();
await untilUpgraded(() => manager.close());
await say({ closed: true });
process.exit(0);
