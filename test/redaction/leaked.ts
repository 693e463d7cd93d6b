import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ProductionStateManager } from '../../src/index.js';

/** What nobody meant to keep: of no form that is known, with signs that JSON, Markdown and HTML write otherwise. */
export const leaked = 'my "own"_<secret> Schlüssel & 4711';

/** A production that has it everywhere where it can get: topic, reasons, data, files and their names, results in and beside the journal, policy.json. */
export async function leakingProduction(directory: string): Promise<{ sessionId: string }> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'policy.json'), JSON.stringify({ dailyCap: '40.00' }));
  const manager = await ProductionStateManager.open({ directory, segmentBytes: 6000 });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: `Bees ${leaked}` });
  const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Other' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const research = join(directory, sessionId, 'research');
  writeFileSync(join(research, 'notes.md'), `# Notes\n\n${leaked}\n`);
  writeFileSync(join(research, 'plain.md'), '# Nothing\n');
  writeFileSync(join(research, `for ${leaked}.txt`), 'named');
  const pay = async (key: string, result: unknown): Promise<void> => {
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'ask', key, maxCost: '0.10' });
    await manager.settleCost({ sessionId, key, cost: '0.05', result });
  };
  await pay('small', { said: leaked });
  await pay('large', { said: leaked, more: 'z'.repeat(80_000) });
  await manager.createCheckpoint({ sessionId, checkpointName: 'mid', data: { text: leaked } });
  await manager.createCheckpoint({
    sessionId,
    checkpointName: 'big',
    data: { text: leaked, more: 'y'.repeat(80_000) },
  });
  await manager.updatePhase({
    sessionId,
    phase: 'research',
    status: 'complete',
    data: { [leaked]: [leaked] },
  });
  manager.production.compact();
  await manager.cancelEpisode({ sessionId: other, reason: leaked });
  await manager.close();
  return { sessionId };
}

/** The paths below a folder whose content or name has one of these texts. */
export function pathsWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return texts.some((each) => text.includes(each) || path.includes(each));
    });
}

/** Parts of it that no form of writing alters. */
export const tellTale = ['Schlüssel & 4711', 'Schlüssel &amp; 4711', 'Schl%C3%BCssel', 'Schlüssel'];
