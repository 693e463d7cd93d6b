import { existsSync } from 'node:fs';
import { ProductionError } from '../../machines/errors.js';

/** The compiled worker stands beside its module; when that runs from its TypeScript source, in the last build. */
export function builtWorker(beside: URL, setting: 'readerWorker' | 'voiceWorker'): URL {
  const built = new URL(beside.href.replace('/src/crew/', '/dist/src/crew/'));
  for (const url of [beside, built]) if (existsSync(url)) return url;
  throw new ProductionError(
    'invalid_input',
    `The demonstration crew finds no compiled worker. Run \`npm run build\`, or pass offlineCrew({ ${setting} }).`,
    { field: setting },
  );
}
