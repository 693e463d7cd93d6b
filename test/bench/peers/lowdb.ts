import { join } from 'node:path';
import type { Low } from 'lowdb';
import { JSONFilePreset } from 'lowdb/node';
import {
  runSteps,
  statusAfter,
  type Contender,
  type Episode,
  type Notes,
  type Phase,
  type Standing,
  type Step,
  type Store,
} from './workload.js';

interface Kept {
  number: number;
  topic: string;
  status: string;
  spent: number;
  phases: Partial<Record<Phase, { status: string; spent: number }>>;
  costs: { phase: Phase; operation: string; amount: number; at: string }[];
  checkpoints: { name: string; data: Notes; at: string }[];
}

interface Data {
  episodes: Record<string, Kept>;
}

class LowdbStore implements Store {
  readonly #low: Low<Data>;

  constructor(low: Low<Data>) {
    this.#low = low;
  }

  run(episode: Episode, from: number, to: number, mayGoOn: () => boolean): Promise<number> {
    return runSteps(episode, from, to, mayGoOn, (step) =>
      this.#low.update((data) => apply(data, episode.id, step)),
    );
  }

  read(id: string): Promise<Standing> {
    const { status, spent, checkpoints } = find(this.#low.data, id);
    return Promise.resolve({ status, spent, data: checkpoints.at(-1)?.data ?? null });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function find({ episodes }: Data, id: string): Kept {
  const found = episodes[id];
  if (!found) throw new Error(`no episode ${id}`);
  return found;
}

function apply(data: Data, id: string, step: Step): void {
  const at = new Date().toISOString();
  if (step.kind === 'create') {
    data.episodes[id] = {
      number: step.number,
      topic: step.topic,
      status: 'initialized',
      spent: 0,
      phases: {},
      costs: [],
      checkpoints: [],
    };
    return;
  }
  const episode = find(data, id);
  const phase = 'phase' in step ? (episode.phases[step.phase] ??= { status: 'active', spent: 0 }) : undefined;
  if (step.kind === 'cost') {
    episode.costs.push({ phase: step.phase, operation: step.operation, amount: step.amount, at });
    episode.spent += step.amount;
    if (phase) phase.spent += step.amount;
  } else if (step.kind === 'checkpoint') episode.checkpoints.push({ name: step.name, data: step.data, at });
  else {
    if (step.kind === 'complete' && phase) phase.status = 'complete';
    episode.status = statusAfter(step, episode.status);
  }
}

export const plainLowdb: Contender = {
  title: 'lowdb, the whole file a step',
  synced: false,
  // The file grows with every step: a thousand episodes would take hours.
  longestHalfMs: 10_000,
  open: async (directory) =>
    new LowdbStore(await JSONFilePreset<Data>(join(directory, 'db.json'), { episodes: {} })),
};
