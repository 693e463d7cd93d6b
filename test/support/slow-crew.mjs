// A crew for tests of the command line: pays for three calls a phase, and can be slowed down through its sources option.
import { defineCrew } from 'showrunner';

async function work({ phase, operation, writeArtifact, progress, options, signal }) {
  for (const n of [1, 2, 3]) {
    progress(n / 4, `${phase} call ${n}`);
    await operation('call', { key: `${phase}-${n}`, maxCost: '0.10' }, async () => ({
      result: n,
      cost: '0.05',
    }));
    if (options.minutes) await new Promise((resolve) => setTimeout(resolve, options.minutes * 1000));
    signal.throwIfAborted();
  }
  await writeArtifact(`${phase}.txt`, phase);
  return { phase };
}

export default defineCrew({ research: work, script: work, audio: work });
