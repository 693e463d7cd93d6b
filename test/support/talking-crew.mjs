// A crew that prints in every way a crew does.
import { Worker } from 'node:worker_threads';
import { defineCrew } from 'showrunner';

console.log('the crew is loaded');

async function research() {
  console.log('calling the model');
  console.info({ tokens: 3 });
  process.stdout.write('no newline');
  const worker = new Worker('console.log("from a thread")', { eval: true });
  await new Promise((resolve) => worker.once('exit', resolve));
  return {};
}

const nothing = async () => ({});

export default defineCrew({ research, script: nothing, audio: nothing });
