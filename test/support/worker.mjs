// A process of its own that works on a production: node worker.mjs '{"directory":…,"task":"costs",…}'. One JSON line per resolved call.
import { once } from 'node:events';
import { openWhere } from './open-where.mjs';

const { directory, task, sessions, count, cost, label, policy } = JSON.parse(process.argv[2]);

const corrections = '0.000003';

async function say(line) {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}

const tasks = {
  /** Adds costs, each with a key of its own. */
  async costs(manager) {
    for (let n = 0; n < count; n += 1) {
      const key = `${label}-${n}`;
      await manager.addCost({
        sessionId: sessions[n % sessions.length],
        phase: 'research',
        operation: 'step',
        cost,
        key,
      });
      await say({ key });
    }
  },

  /** Reserves until a cap refuses. */
  async reserve(manager) {
    let granted = 0;
    const refusals = {};
    for (let n = 0; Object.values(refusals).length < 1; n += 1) {
      try {
        await manager.reserveCost({
          sessionId: sessions[n % sessions.length],
          phase: 'research',
          operation: 'call',
          key: `${label}-${n}`,
          maxCost: cost,
        });
        granted += 1;
      } catch (error) {
        refusals[error.code] = (refusals[error.code] ?? 0) + 1;
      }
    }
    await say({ granted, refusals });
  },

  /** Everything a production does, for ever, until it is killed. */
  async churn(manager) {
    for (let n = 0; ; n += 1) {
      const key = `${label}-${n}`;
      const sessionId = sessions[n % sessions.length];
      await say({ trying: key });
      if (n > 2 && n % 9 === 4) {
        // Some are gone already, or were none: whatever it is, it is settled.
        const bill = `${label}-${n - 1}`;
        const corrected = await manager
          .correctCost({
            sessionId: sessions[(n - 1) % sessions.length],
            key: bill,
            cost: corrections,
            by: label,
            reason: 'the bill',
          })
          .catch((error) => {
            if (error.code !== 'operation_unknown') throw error;
          });
        if (corrected) await say({ corrected: bill });
      }
      if (n % 9 === 7) {
        const dailyCap = `40.${String(n).padStart(6, '0')}`;
        const changes = await manager.changePolicy({ set: { dailyCap }, by: label, reason: key });
        if (changes.length > 0) await say({ policy: key });
      }
      if (n % 7 === 3) {
        await manager.createCheckpoint({
          sessionId,
          checkpointName: 'churn',
          data: { key, padding: 'x'.repeat((n * 997) % 90_000) },
        });
        await say({ saved: key });
      } else if (n % 7 === 5) {
        await manager.reserveCost({
          sessionId,
          phase: 'research',
          operation: 'call',
          key,
          maxCost: cost,
          waitMs: 1000,
        });
        await say({ reserved: key });
        await manager.settleCost({ sessionId, key, cost });
        await say({ key });
      } else {
        await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost, key });
        await say({ key });
      }
    }
  },
};

const manager = await openWhere({ directory, policy });
await say({ ready: process.pid });
await tasks[task](manager);
await manager.close();
await say({ closed: true });
