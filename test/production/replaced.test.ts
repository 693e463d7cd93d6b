import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { ArtifactFiles } from '../../src/crew/artifact-files.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Begun {
  directory: string;
  manager: ProductionStateManager;
  sessionId: Awaited<ReturnType<ProductionStateManager['createEpisodeSession']>>;
  pay: (by: ProductionStateManager, key: string) => Promise<number>;
}

async function begin(): Promise<Begun> {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Replaced' });
  const pay = async (by: ProductionStateManager, key: string): Promise<number> => {
    const state = await by.addCost({ sessionId, phase: 'research', operation: 'op', cost: '0.10', key });
    return state.total_cost;
  };
  await pay(manager, 'before');
  return { directory, manager, sessionId, pay };
}

function segmentOf(directory: string): string {
  const journal = join(directory, 'journal');
  return join(journal, readdirSync(journal).toSorted().at(-1) ?? '');
}

const replaced = { code: 'journal_replaced', remedy: 'operator' };

// Cases from the field: 36.
describe('a production whose journal is replaced under a live process', () => {
  test('given a copy of the newest segment takes its place, when two processes pay, then both see each payment once', async () => {
    const { directory, manager, pay } = await begin();
    const segment = segmentOf(directory);
    cpSync(segment, `${segment}.new`);
    renameSync(`${segment}.new`, segment);
    expect(await pay(manager, 'after')).toBe(0.2);
    const other = await openProduction(directory);
    expect(await pay(other, 'after')).toBe(0.2);
    expect(await pay(other, 'more')).toBe(0.3);
    expect([await manager.getTotalSpending(), await other.getTotalSpending()]).toEqual([0.3, 0.3]);
    await expectSound(other);
  });

  test('given the newest segment is removed, when the process pays or asks, then it is told, and nothing is acknowledged', async () => {
    const { directory, manager, sessionId, pay } = await begin();
    unlinkSync(segmentOf(directory));
    await expect(pay(manager, 'after')).rejects.toMatchObject(replaced);
    await expect(manager.getEpisodeCost(sessionId)).rejects.toMatchObject(replaced);
    await expect(manager.close()).rejects.toMatchObject(replaced);
    expect(readdirSync(join(directory, 'journal'))).toEqual([]);
  });

  test('given the folder is restored as it is now, when the process pays, then it goes on in what is there', async () => {
    const { directory, manager, pay } = await begin();
    await manager.production.show();
    cpSync(directory, `${directory}.backup`, { recursive: true });
    rmSync(directory, { recursive: true });
    renameSync(`${directory}.backup`, directory);
    expect(await pay(manager, 'after')).toBe(0.2);
    const other = await openProduction(directory);
    expect(await other.getTotalSpending()).toBe(0.2);
    await expectSound(other);
  });

  test('given the folder is restored from an older back-up, then nothing more is acknowledged, no document gets ahead of it, and it opens', async () => {
    const { directory, manager, pay } = await begin();
    await manager.production.show();
    cpSync(directory, `${directory}.backup`, { recursive: true });
    await pay(manager, 'lost');
    rmSync(directory, { recursive: true });
    renameSync(`${directory}.backup`, directory);
    const before = readFileSync(join(directory, 'state.json'), 'utf8');
    await expect(manager.production.show()).rejects.toMatchObject(replaced);
    await expect(pay(manager, 'after')).rejects.toMatchObject(replaced);
    await expect(manager.close()).rejects.toMatchObject(replaced);
    expect(readFileSync(join(directory, 'state.json'), 'utf8')).toBe(before);
    const other = await openProduction(directory);
    expect(await pay(other, 'after')).toBe(0.2);
    await expectSound(other);
  });

  test('given the folder is moved away, when everything is tried, then no second one appears where it was, and the moved one is whole', async () => {
    const { directory, manager, sessionId, pay } = await begin();
    await manager.production.show();
    renameSync(directory, `${directory}.moved`);
    const data = 'x'.repeat(200_000);
    await expect(pay(manager, 'after')).rejects.toMatchObject(replaced);
    await expect(manager.createEpisodeSession({ episodeNum: 2, topic: 'No' })).rejects.toMatchObject(
      replaced,
    );
    await expect(manager.saveCheckpoint({ sessionId, phase: 'research', data })).rejects.toMatchObject(
      replaced,
    );
    const files = new ArtifactFiles(directory, sessionId, 'research');
    await expect(files.writeWhole('notes.md', 'notes')).rejects.toMatchObject(replaced);
    await manager.close().catch(() => {});
    await sleep(400);
    expect(existsSync(directory)).toBe(false);
    const moved = await openProduction(`${directory}.moved`);
    await expectSound(moved);
  });

  test('given somebody who follows it, when a copy takes its place and grows, then he hears of what is there', async () => {
    const { directory, manager, pay } = await begin();
    const heard: string[] = [];
    const follower = await openProduction(directory);
    follower.on('commit', ({ event }) => void ('key' in event && heard.push(String(event.key))));
    follower.follow();
    const segment = segmentOf(directory);
    cpSync(segment, `${segment}.new`);
    renameSync(`${segment}.new`, segment);
    await pay(manager, 'after');
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['after']);
  });
});
