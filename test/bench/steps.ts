import { join } from 'node:path';
import { openUnsynced } from './production.js';
import { median } from './measure.js';
import type { ProductionStateManager } from '../../src/index.js';
import { stepsOf, type Step } from './peers/workload.js';

const kinds = ['create', 'start', 'cost', 'checkpoint', 'complete', 'archive'] as const;
type Kind = (typeof kinds)[number];

/** Microseconds of the processor's time for a step of each kind, and for one of the common work (23 steps an episode), where a sync costs nothing. */
export type StepTimes = Record<Kind | 'step' | 'documents', number>;

const atOnce = 20;

/** Takes episodes through the common work one step after the other, a kind of step at a time, so that each kind can be told from the others. */
export async function measureSteps(folder: string, rounds: number): Promise<StepTimes> {
  const manager = await openUnsynced(join(folder, 'steps'));
  const samples: Record<string, number[]> = {};
  let number = 1;
  const perEpisode: number[] = [];
  for (let round = 0; round < rounds + 10; round += 1) {
    const numbers = Array.from({ length: atOnce }, () => number++);
    numbers.forEach(stepsOf);
    const ids = new Map<number, string>();
    let whole = 0;
    for (const [index, step] of stepsOf(1).entries()) {
      const steps = numbers.map((each) => [each, stepsOf(each)[index]] as const);
      const began = process.cpuUsage();
      for (const [each, one] of steps) if (one) await apply(manager, ids, each, one);
      const { user, system } = process.cpuUsage(began);
      const took = (user + system) / atOnce;
      whole += took;
      if (round >= 10) (samples[step.kind] ??= []).push(took);
    }
    const began = process.cpuUsage();
    await manager.production.show();
    const { user, system } = process.cpuUsage(began);
    if (round >= 10) (samples['documents'] ??= []).push((user + system) / atOnce);
    if (round >= 10) perEpisode.push(whole);
  }
  await manager.close();
  const of = (kind: Kind | 'documents'): number => median(samples[kind] ?? []);
  return {
    ...(Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, number>),
    documents: of('documents'),
    step: median(perEpisode) / stepsOf(1).length,
  };
}

async function apply(
  manager: ProductionStateManager,
  ids: Map<number, string>,
  number: number,
  step: Step,
): Promise<void> {
  const sessionId = ids.get(number) ?? '';
  if (step.kind === 'create')
    ids.set(number, await manager.createEpisodeSession({ episodeNum: step.number, topic: step.topic }));
  else if (step.kind === 'start')
    await manager.updatePhase({ sessionId, phase: step.phase, status: 'active' });
  else if (step.kind === 'cost')
    await manager.addCost({
      sessionId,
      phase: step.phase,
      operation: step.operation,
      cost: step.amount / 1e6,
    });
  else if (step.kind === 'checkpoint')
    await manager.createCheckpoint({ sessionId, checkpointName: step.name, data: step.data });
  else if (step.kind === 'complete')
    await manager.updatePhase({ sessionId, phase: step.phase, status: 'complete' });
  else await manager.archiveEpisode(sessionId);
}
