import type { ProductionStateManager } from '../../../src/index.js';
import { openProduction } from '../production.js';
import {
  phases,
  runSteps,
  type Contender,
  type Episode,
  type Standing,
  type Step,
  type Store,
} from './workload.js';

/** One step of an episode's work; its creation gives the episode its id. */
export async function applyStep(
  manager: ProductionStateManager,
  episode: Episode,
  step: Step,
): Promise<void> {
  const { id: sessionId } = episode;
  if (step.kind === 'create')
    episode.id = await manager.createEpisodeSession({ episodeNum: step.number, topic: step.topic });
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

class ShowrunnerStore implements Store {
  readonly #manager: ProductionStateManager;

  constructor(manager: ProductionStateManager) {
    this.#manager = manager;
  }

  run(episode: Episode, from: number, to: number, mayGoOn: () => boolean): Promise<number> {
    return runSteps(episode, from, to, mayGoOn, (step) => applyStep(this.#manager, episode, step));
  }

  async read(id: string): Promise<Standing> {
    const { status, total_cost: dollars, phases: shown } = await this.#manager.getEpisodeState(id);
    const begun = phases.findLast((phase) => shown[phase].status !== 'pending') ?? 'research';
    const { data } = await this.#manager.loadCheckpoint(id, `${begun}_notes`);
    return { status, spent: Math.round(dollars * 1e6), data: data as Standing['data'] };
  }

  close(): Promise<void> {
    return this.#manager.close();
  }
}

export const showrunner: Contender = {
  title: 'Showrunner',
  synced: true,
  open: async (directory) => new ShowrunnerStore(await openProduction(directory)),
};
