// A process that works on real files and tells each call that it made of the disk: node recorded-life.mjs <folder>. The calls go out as one JSON array.
import { join } from 'node:path';
import { ProductionStateManager } from '../../src/index.js';
import { recordingDisk, type RecordedCall } from './recording.js';
import { work, type Acknowledged } from './work.js';

const folder = process.argv[2] ?? '';
const calls: RecordedCall[] = [];
const told: Acknowledged = { sessionId: undefined, costs: 0, completed: [] };
const opened: ProductionStateManager[] = [];
const open = async (): Promise<ProductionStateManager> => {
  const manager = await ProductionStateManager.open({
    directory: join(folder, 'production'),
    disk: recordingDisk(folder, calls, () => told),
    segmentBytes: 4000,
  });
  opened.push(manager);
  return manager;
};
await work(await open(), told, open);
for (const manager of opened) await manager.close();
process.stdout.write(JSON.stringify(calls));
