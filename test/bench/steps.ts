import { join } from 'node:path';
import { openUnsynced } from './production.js';
import { median } from './measure.js';
import { applyStep } from './peers/showrunner.js';
import { stepsOf, type Episode } from './peers/workload.js';

const kinds = ['create', 'start', 'cost', 'checkpoint', 'complete', 'archive'] as const;
type Kind = (typeof kinds)[number];

/** Microseconds of the processor's time for a step of each kind, and for one of the common work (23 steps an episode), where a sync costs nothing. */
export type StepTimes = Record<Kind | 'step' | 'documents', number>;

const atOnce = 20;
const warmUp = 10;

/** Takes episodes through the common work one step after the other, a kind of step at a time, so that each kind can be told from the others. */
export async function measureSteps(folder: string, rounds: number): Promise<StepTimes> {
  const manager = await openUnsynced(join(folder, 'steps'));
  const samples: Record<string, number[]> = {};
  let number = 1;
  const perEpisode: number[] = [];
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const episodes = Array.from({ length: atOnce }, (): Episode => ({ number: number++, id: '' }));
    episodes.forEach((episode) => stepsOf(episode.number));
    let whole = 0;
    for (const [index, step] of stepsOf(1).entries()) {
      const began = process.cpuUsage();
      for (const episode of episodes) {
        const own = stepsOf(episode.number)[index];
        if (own) await applyStep(manager, episode, own);
      }
      const took = usedSince(began);
      whole += took;
      if (round >= warmUp) (samples[step.kind] ??= []).push(took);
    }
    const began = process.cpuUsage();
    await manager.production.show();
    if (round < warmUp) continue;
    (samples['documents'] ??= []).push(usedSince(began));
    perEpisode.push(whole);
  }
  await manager.close();
  const of = (kind: Kind | 'documents'): number => median(samples[kind] ?? []);
  return {
    ...(Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, number>),
    documents: of('documents'),
    step: median(perEpisode) / stepsOf(1).length,
  };
}

/** Microseconds of the processor's time an episode. */
function usedSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / atOnce;
}
