import { resolve } from 'node:path';
import {
  ProductionError,
  announce,
  statedIn,
  makeRedactor,
  parsePlainly,
  secretsIn,
  type PhaseName,
  type PolicyInput,
  type SessionId,
} from '../../machines/index.js';
import { storeOf, type ArtifactStore } from '../artifacts/index.js';
import { isGone, nodeDisk, refuseNetworkFilesystem, type Disk } from '../disk/index.js';
import {
  Production,
  systemClock,
  type Clock,
  type OldCopy,
  type Plan,
  type RemoteLog,
} from '../production/index.js';
import { asRecorded, type Committed } from '../record/index.js';
import { programName } from '../program.js';
import { releaseOfGone } from '../crew/claim.js';
import { refuseDuringRedaction, settleInterrupted } from '../redaction/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { adoptPolicy, adoptPolicyFile } from './adopt-policy.js';
import type { Notice } from './events.js';
import { Attendant } from './attendant.js';
import type { Notify } from './notify.js';
import { PolicyFile } from './policy-file.js';
import { HookChain, type AskBefore, type CommitNotice, type Hooks } from '../calls/hooks.js';
import { check } from '../calls/check.js';
import { HooksInput, OpenInput } from '../calls/open-input.js';
import { SafeEmitter } from './safe-emitter.js';

export interface OpenOptions {
  /** The production's directory; default `production`. */
  directory?: string | undefined;
  /**
   * What this program says of the production's policy: a change of it where it says otherwise, for every process and on record. What it does not
   * say stays as it is; a new production has the seed's defaults. A handle that only reads takes the policy as it is.
   */
  policy?: PolicyInput | undefined;
  /** Why the policy changes, for the record, where `policy` changes it. */
  policyReason?: string | undefined;
  clock?: Clock | undefined;
  hooks?: Hooks | undefined;
  /** Who writes, as the journal records it; default `process <pid>`. */
  by?: string | undefined;
  /** Reads only: creates and writes nothing. */
  readOnly?: boolean | undefined;
  /** Where files live; the real file system unless a test says otherwise. */
  disk?: Disk | undefined;
  segmentBytes?: number | undefined;
  /**
   * Where the files of finished phases and large payloads are kept a second time, before the commit that refers to them, so that another machine
   * that takes an episode up has them: a folder that the machines share, or a store. Default: in the sessions' folders alone.
   */
  artifacts?: string | ArtifactStore | undefined;
  /**
   * Texts that are secret, beside keys of known forms, the values of environment variables named as secrets, and what `SHOWRUNNER_REDACT` adds: none gets into
   * the journal, documents, progress or errors.
   */
  redact?: readonly string[] | undefined;
  /**
   * Tells a person of each new wait, once for all processes that have the production open, and again until that worked: a function that gets what,
   * why and which answers there are, or a command and its arguments (no shell), which gets that as JSON on its standard input and ends with 0.
   */
  notify?: Notify | undefined;
}

export interface ConnectOptions extends OpenOptions {
  /** What carries the journal. It is closed with the manager. */
  log: RemoteLog;
}

export interface Prepared {
  production: Production;
  hooks: Hooks | undefined;
  policyFile: PolicyFile | undefined;
  by: string;
  notify?: Notify | undefined;
}

/** A manager's hold on a production: how it is opened and closed, how what it does is asked of hooks, committed, and told. */
export abstract class ManagerHandle extends SafeEmitter {
  /** The engine below, for tools; embedders rarely need it. */
  readonly production: Production;
  readonly #policyFile: PolicyFile | undefined;
  readonly #hooks = new HookChain((error, where) => this.report(error, where));
  readonly #attendant: Attendant;
  #endAttending: (() => Promise<void>) | undefined;

  /** Recovers an episode that has failed, because an `onFailure` hook asked for it. */
  abstract initiateRecovery(sessionId: string): Promise<EpisodeState>;

  /** The same, at a phase that the hook has named. */
  protected abstract recoverAt(sessionId: SessionId, phase: PhaseName): Promise<EpisodeState>;

  protected constructor({ production, hooks, policyFile, by, notify }: Prepared) {
    super();
    this.production = production;
    if (hooks) this.#hooks.add(hooks);
    production.onCommit((committed) => this.#tell(committed));
    this.#policyFile = policyFile;
    policyFile?.watch(() => {
      adoptPolicyFile(production, policyFile, by).catch((error: unknown) =>
        this.report(error, 'policy.json'),
      );
    });
    production.onListenerError = (error) => this.report(error, 'listener of commits');
    this.#attendant = new Attendant(production, notify, (error, where) => this.report(error, where));
    if (notify) this.#endAttending = this.#attendant.begin();
  }

  /** What a manager is made from; for subclasses. */
  protected static async prepare(options: OpenOptions, log?: RemoteLog): Promise<Prepared> {
    const input = parsePlainly('opening', () => OpenInput, options);
    if (options.hooks !== undefined) check(HooksInput, options.hooks);
    const directory = resolve(input.directory);
    const policy = options.policy === undefined ? undefined : statedIn(options.policy);
    const by = input.by ?? `process ${process.pid}`;
    if (!options.disk) {
      refuseNetworkFilesystem(directory);
      settleInterrupted(directory, isGone);
    }
    const how = {
      directory,
      clock: options.clock ?? systemClock,
      disk: options.disk ?? nodeDisk,
      by,
      program: programName,
      readOnly: options.readOnly,
      segmentBytes: options.segmentBytes,
      artifacts: storeOf(input.artifacts),
      redactor: makeRedactor([...(input.redact ?? []), ...secretsIn(process.env)]),
    };
    const production = log ? await Production.connect({ ...how, log }) : Production.open(how);
    // One that began meanwhile may have had the journal out of its place when this looked for it.
    if (!options.disk) await unlessThrown(production, () => refuseDuringRedaction(directory, isGone));
    if (options.readOnly) return { production, hooks: options.hooks, policyFile: undefined, by };
    // A disk of the caller's own is not where a person edits files.
    const file = options.disk ? undefined : new PolicyFile(directory);
    await unlessThrown(production, () =>
      adoptPolicy(production, { policy, policyReason: input.policyReason, file, by }),
    );
    return { production, hooks: options.hooks, policyFile: file, by, notify: options.notify };
  }

  /** Writes the documents and lets go of the files. Commits under way are waited for. */
  async close(): Promise<void> {
    this.#policyFile?.unwatch();
    await this.#endAttending?.();
    await this.#hooks.settled();
    await this.production.close();
  }

  /** Adds hooks; returns a function that removes them. */
  hook(hooks: Hooks): () => void {
    check(HooksInput, hooks);
    return this.#hooks.add(hooks);
  }

  /** What queries show while the log that carries the production cannot be reached: of which log, as of when, and why; undefined where it has answered. */
  get oldCopy(): OldCopy | undefined {
    return this.production.oldCopy;
  }

  /** Also emits the commits of other processes, as they come. */
  follow(): void {
    this.production.follow();
  }

  /** For subclasses, whose calls change something too. */
  protected readonly askBefore: AskBefore = (call) => this.#hooks.askBefore(call);

  /** While `work` is under way, waits for people are seen to: told, reminded of, and decided by policy when their time is over. */
  protected async attending<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#attendant.begin();
    try {
      return await work();
    } finally {
      await end();
    }
  }

  /** For whoever produces. */
  protected get hookChain(): HookChain {
    return this.#hooks;
  }

  protected read(): Production {
    this.production.refresh();
    return this.production;
  }

  /** The same, also of what other machines have committed. */
  protected async readAll(): Promise<Production> {
    await this.production.arrived();
    return this.read();
  }

  /** What a query shows must be on disk, also when another process wrote it. */
  protected async readDurably(): Promise<Production> {
    await this.production.asShown();
    return this.production;
  }

  /** The same for what reads a session's payloads, which may have been made on another machine. */
  protected async readWithPayloads(id: SessionId): Promise<Production> {
    const production = await this.readDurably();
    await production.restorePayloads(id);
    return production;
  }

  protected state(id: SessionId): EpisodeState {
    return this.production.state(id);
  }

  /** One wait where there are no hooks, and none of it in vain: each costs a lone commit more than its checks (Node 20.20). */
  protected doFor(call: string, sessionId: SessionId, input: unknown, plan: Plan): Promise<EpisodeState> {
    return this.do(call, sessionId, input, plan).then(() => this.state(sessionId));
  }

  protected do(
    call: string,
    sessionId: SessionId | undefined,
    input: unknown,
    plan: Plan,
  ): Promise<Committed> {
    const commit = (): Promise<Committed> =>
      this.commit(plan).catch((error: unknown) => this.#takeOver(sessionId, plan, error));
    return this.#hooks.empty ? commit() : this.#hooks.askBefore({ call, sessionId, input }).then(commit);
  }

  /** A claim whose process on this machine is gone stands in nobody's way: only a refusal is worth looking. */
  async #takeOver(sessionId: SessionId | undefined, plan: Plan, error: unknown): Promise<Committed> {
    if (sessionId === undefined || !(error instanceof ProductionError) || error.code !== 'claimed_elsewhere')
      throw error;
    const freed = await this.commit(releaseOfGone(sessionId));
    if (freed.steps.length === 0) throw error;
    return this.commit(plan);
  }

  protected commit(plan: Plan): Promise<Committed> {
    return this.production.commit(plan);
  }

  #tell({ position, local, steps, at, policy }: Committed): void {
    if (this.#hooks.empty && this.eventNames().length === 0) return;
    if (policy) {
      const { by, reason, source, changes } = policy;
      this.emit('policy:changed', asRecorded({ position, local, at, by, reason, source, changes }));
    }
    // The union of announcements and the map of listeners go together by construction, which the types cannot see.
    const tell = this.emit.bind(this) as (type: string, notice: Notice) => boolean;
    for (const { sessionId, event, before, after, quiet } of steps) {
      // Whoever listens may change what he gets.
      const notice: CommitNotice = {
        sessionId,
        type: event.type,
        event: asRecorded(event),
        position,
        at: event.at,
        local,
      };
      this.emit('commit', notice);
      for (const announcement of quiet ? [] : announce(before, event, after)) {
        tell(announcement.type, { position, local, ...asRecorded(announcement) });
        if (local && announcement.type === 'failed')
          this.#hooks.failed({ sessionId, failure: asRecorded(announcement.failure) }, (phase) =>
            phase ? this.recoverAt(sessionId, phase) : this.initiateRecovery(sessionId),
          );
      }
      if (local) this.#hooks.after(notice);
    }
  }
}

async function unlessThrown(production: Production, work: () => Promise<unknown> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    await production.close().catch(() => {});
    throw error;
  }
}
