import { join } from 'node:path';
import Database from 'better-sqlite3';
import {
  runSteps,
  statusAfter,
  type Contender,
  type Episode,
  type Notes,
  type Standing,
  type Step,
  type Store,
} from './workload.js';

const schema = `
  CREATE TABLE IF NOT EXISTS episodes (id TEXT PRIMARY KEY, number INTEGER NOT NULL, topic TEXT NOT NULL, status TEXT NOT NULL, spent INTEGER NOT NULL, updated_at TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS phases (episode TEXT NOT NULL, phase TEXT NOT NULL, status TEXT NOT NULL, spent INTEGER NOT NULL, PRIMARY KEY (episode, phase)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS transitions (id INTEGER PRIMARY KEY, episode TEXT NOT NULL, kind TEXT NOT NULL, phase TEXT, at TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS costs (id INTEGER PRIMARY KEY, episode TEXT NOT NULL, phase TEXT NOT NULL, operation TEXT NOT NULL, amount INTEGER NOT NULL, at TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoints (id INTEGER PRIMARY KEY, episode TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL, at TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS checkpoints_of ON checkpoints (episode);
  CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, spent INTEGER NOT NULL) WITHOUT ROWID;
`;
const plenty = 1_000_000_000_000;

function prepare(db: Database.Database) {
  return {
    create: db.prepare('INSERT INTO episodes VALUES (?, ?, ?, ?, 0, ?)'),
    phase: db.prepare("INSERT INTO phases VALUES (?, ?, 'active', 0)"),
    finish: db.prepare(
      "UPDATE phases SET status = 'complete' WHERE episode = ? AND phase = ? AND status = 'active'",
    ),
    move: db.prepare('UPDATE episodes SET status = ?, updated_at = ? WHERE id = ?'),
    transition: db.prepare('INSERT INTO transitions (episode, kind, phase, at) VALUES (?, ?, ?, ?)'),
    cost: db.prepare('INSERT INTO costs (episode, phase, operation, amount, at) VALUES (?, ?, ?, ?, ?)'),
    spend: db.prepare(
      `UPDATE episodes SET spent = spent + ?, updated_at = ? WHERE id = ? AND spent + ? <= ${plenty}`,
    ),
    spendPhase: db.prepare(
      `UPDATE phases SET spent = spent + ? WHERE episode = ? AND phase = ? AND spent + ? <= ${plenty}`,
    ),
    spendDay: db.prepare(
      'INSERT INTO days VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET spent = spent + excluded.spent',
    ),
    checkpoint: db.prepare('INSERT INTO checkpoints (episode, name, data, at) VALUES (?, ?, ?, ?)'),
    status: db.prepare<[string], { status: string }>('SELECT status FROM episodes WHERE id = ?'),
    standing: db.prepare<[string], { status: string; spent: number; data: string | null }>(
      'SELECT status, spent, (SELECT data FROM checkpoints WHERE episode = episodes.id ORDER BY id DESC LIMIT 1) AS data FROM episodes WHERE id = ?',
    ),
  };
}

/** The tables that somebody would write by hand for this: state, history, money, checkpoints. */
class Tables {
  readonly db: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(directory: string) {
    this.db = new Database(join(directory, 'production.db'));
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = FULL');
    this.db.exec(schema);
    this.#statements = prepare(this.db);
  }

  /** A step's statements, inside whatever transaction is open. */
  apply(id: string, step: Step): void {
    const at = new Date().toISOString();
    const to = this.#statements;
    if (step.kind === 'cost') {
      to.cost.run(id, step.phase, step.operation, step.amount, at);
      expectOne(to.spend.run(step.amount, at, id, step.amount));
      expectOne(to.spendPhase.run(step.amount, id, step.phase, step.amount));
      to.spendDay.run(at.slice(0, 10), step.amount);
    } else if (step.kind === 'checkpoint') to.checkpoint.run(id, step.name, JSON.stringify(step.data), at);
    else this.#transition(id, step, at);
  }

  #transition(id: string, step: Exclude<Step, { kind: 'cost' | 'checkpoint' }>, at: string): void {
    const to = this.#statements;
    if (step.kind === 'create') to.create.run(id, step.number, step.topic, 'initialized', at);
    else {
      if (step.kind === 'start') to.phase.run(id, step.phase);
      if (step.kind === 'complete') expectOne(to.finish.run(id, step.phase));
      expectOne(to.move.run(statusAfter(step, to.status.get(id)?.status ?? ''), at, id));
    }
    to.transition.run(id, step.kind, 'phase' in step ? step.phase : null, at);
  }

  read(id: string): Standing {
    const row = this.#statements.standing.get(id);
    if (!row) throw new Error(`no episode ${id}`);
    return {
      status: row.status,
      spent: row.spent,
      data: row.data === null ? null : (JSON.parse(row.data) as Notes),
    };
  }
}

function expectOne({ changes }: Database.RunResult): void {
  if (changes !== 1) throw new Error('the step was refused');
}

abstract class SqliteStore implements Store {
  protected readonly tables: Tables;

  constructor(directory: string) {
    this.tables = new Tables(directory);
  }

  run(episode: Episode, from: number, to: number, mayGoOn: () => boolean): Promise<number> {
    return runSteps(episode, from, to, mayGoOn, (step) => this.commit(episode.id, step));
  }

  protected abstract commit(id: string, step: Step): void | Promise<void>;

  read(id: string): Promise<Standing> {
    return Promise.resolve(this.tables.read(id));
  }

  close(): Promise<void> {
    this.tables.db.close();
    return Promise.resolve();
  }
}

class OneByOne extends SqliteStore {
  readonly #step = this.tables.db.transaction((id: string, step: Step) => this.tables.apply(id, step))
    .immediate;

  protected commit(id: string, step: Step): void {
    this.#step(id, step);
  }
}

interface Pending {
  id: string;
  step: Step;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Everything that was asked for in one turn of the event loop goes into one transaction. */
class Grouped extends SqliteStore {
  #pending: Pending[] = [];
  readonly #all = this.tables.db.transaction((group: Pending[]) =>
    group.forEach(({ id, step }) => this.tables.apply(id, step)),
  ).immediate;

  protected commit(id: string, step: Step): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ id, step, resolve, reject });
    });
  }

  #flush(): void {
    const group = this.#pending;
    this.#pending = [];
    try {
      this.#all(group);
    } catch {
      // One was refused, and with it the transaction: each gets one of its own, so that nobody fails for another's sake.
      group.forEach((one) => this.#alone(one));
      return;
    }
    group.forEach(({ resolve }) => resolve());
  }

  #alone(one: Pending): void {
    try {
      this.#all([one]);
      one.resolve();
    } catch (error) {
      one.reject(error);
    }
  }
}

export const sqlite: Contender = {
  title: 'better-sqlite3, a transaction a step',
  synced: true,
  open: (directory) => Promise.resolve(new OneByOne(directory)),
};

export const sqliteGrouped: Contender = {
  title: 'better-sqlite3, group commit',
  synced: true,
  open: (directory) => Promise.resolve(new Grouped(directory)),
};
