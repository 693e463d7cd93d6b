import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { timed } from './measure.js';

interface State {
  active_episodes: Record<
    string,
    {
      topic: string;
      status: string;
      phases: Record<string, { status: string; cost: number }>;
      total_cost: number;
    }
  >;
  total_cost: number;
}

/** The same work on a plain lowdb store: no journal, no sync, the whole file each time. */
export class PlainLowdb {
  readonly #low: Low<State>;

  constructor(folder: string, episodes: number) {
    const phases = () => ({
      research: { status: 'active', cost: 0 },
      script: { status: 'pending', cost: 0 },
      audio: { status: 'pending', cost: 0 },
    });
    const entries = Array.from(
      { length: episodes },
      (_, index) =>
        [
          `ep_${index}`,
          { topic: `Benchmark episode ${index}`, status: 'research', phases: phases(), total_cost: 0 },
        ] as const,
    );
    this.#low = new Low<State>(new JSONFile(join(folder, `lowdb-${episodes}.json`)), {
      active_episodes: Object.fromEntries(entries),
      total_cost: 0,
    });
  }

  /** Milliseconds per write, one after the other. */
  async addCosts(id: string, count: number): Promise<number> {
    const took = await timed(async () => {
      for (let done = 0; done < count; done += 1) {
        const { data } = this.#low;
        const episode = data.active_episodes[id];
        if (!episode) throw new Error(`no ${id}`);
        const { research } = episode.phases;
        if (research) research.cost += 0.0015;
        episode.total_cost += 0.0015;
        data.total_cost += 0.0015;
        await this.#low.write();
      }
    });
    return took / count;
  }

  async addCostsAtOnce(episodes: number, each: number): Promise<number> {
    const took = await timed(() =>
      Promise.all(Array.from({ length: episodes }, (_, index) => this.addCosts(`ep_${index}`, each))),
    );
    return took / (episodes * each);
  }
}
