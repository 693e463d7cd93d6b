import { join } from 'node:path';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import {
  statusAfter,
  stepsOf,
  type Contender,
  type Episode,
  type Notes,
  type Standing,
  type Step,
  type Store,
} from './workload.js';

const State = Annotation.Root({
  number: Annotation<number>,
  next: Annotation<number>,
  until: Annotation<number>,
  status: Annotation<string>,
  spent: Annotation<number>,
  last: Annotation<Omit<Step, 'data'>>,
  data: Annotation<Notes | null>,
});

/** One super-step: one of the episode's steps. */
function takeStep({ number, next, status, spent }: typeof State.State): Partial<typeof State.State> {
  const step = stepsOf(number)[next];
  if (!step) throw new Error(`no step ${next}`);
  if (step.kind === 'checkpoint') {
    const { data, ...last } = step;
    return { next: next + 1, last, data };
  }
  if (step.kind === 'cost') return { next: next + 1, last: step, spent: spent + step.amount };
  return { next: next + 1, last: step, status: statusAfter(step, status) };
}

function compile(checkpointer: SqliteSaver) {
  return new StateGraph(State)
    .addNode('step', takeStep)
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ next, until }) => (next < until ? 'step' : END), ['step', END])
    .compile({ checkpointer });
}

class LangGraphStore implements Store {
  readonly #db: Database.Database;
  readonly #graph: ReturnType<typeof compile>;

  constructor(directory: string, synchronous: 'FULL' | 'NORMAL') {
    this.#db = new Database(join(directory, 'langgraph.db'));
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma(`synchronous = ${synchronous}`);
    this.#graph = compile(new SqliteSaver(this.#db));
  }

  async run({ number, id }: Episode, from: number, to: number): Promise<number> {
    const input =
      from === 0 ? { number, next: 0, until: to, status: '', spent: 0, data: null } : { until: to };
    const { next } = await this.#graph.invoke(input, {
      configurable: { thread_id: id },
      durability: 'sync',
      recursionLimit: 50,
    });
    return next - from;
  }

  async read(id: string): Promise<Standing> {
    const { values } = await this.#graph.getState({ configurable: { thread_id: id } });
    const { status, spent, data }: typeof State.State = values;
    return { status, spent, data };
  }

  close(): Promise<void> {
    this.#db.close();
    return Promise.resolve();
  }
}

export const langGraph: Contender = {
  title: 'LangGraph, SQLite saver, synced',
  synced: true,
  open: (directory) => Promise.resolve(new LangGraphStore(directory, 'FULL')),
};

export const langGraphUnsynced: Contender = {
  title: 'LangGraph, SQLite saver as it ships',
  synced: false,
  open: (directory) => Promise.resolve(new LangGraphStore(directory, 'NORMAL')),
};
