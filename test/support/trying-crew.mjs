// A crew for the suite of sentences: pays for one call a phase; SHOWRUNNER_TRY says what goes wrong.
import { defineCrew } from 'showrunner';

const trying = process.env.SHOWRUNNER_TRY ?? '';

async function work({ phase, operation, ask, writeArtifact, score, attempt, revision }) {
  if (trying === 'nothing') throw Object.assign(new Error('no sources'), { code: 'invalid_input' });
  const result = await operation('call', { key: `${phase}-1`, maxCost: '0.10' }, async () => {
    if (trying === 'killed' && phase === 'script' && attempt === 1) process.kill(process.pid, 'SIGKILL');
    return { result: `${phase} ${revision}`, cost: '0.05' };
  });
  if (trying === 'slowly') await new Promise((resolve) => setTimeout(resolve, 100));
  const failures = { fails: 1, 'fails for ever': 5 }[trying] ?? 0;
  if (phase === 'script' && attempt <= failures)
    throw Object.assign(new Error('the page was blank'), { code: 'invalid_input' });
  if (trying === 'asks' && phase === 'script')
    await ask({ key: 'title', question: 'Which title?', choices: ['Why bees dance', 'Bees'] });
  if (phase === 'script') await score('technical_accuracy', revision === 1 ? 0.5 : 0.9);
  await writeArtifact(`${phase}.txt`, String(result));
  return { phase, result };
}

export default defineCrew({ research: work, script: work, audio: work });
