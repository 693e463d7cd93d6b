import {
  ProductionError,
  sessionIdFor,
  type DayMoney,
  type EpisodeSnapshot,
  type Ledger,
  type Policy,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';
import type { ClockAccepted } from '../record/commit.js';
import type { OpeningBalance, OpeningSet } from '../record/opening-record.js';
import type { PolicyChange } from '../record/policy-record.js';

/** One event for one session, as a plan proposes it. */
export interface Step {
  sessionId: SessionId;
  event: RecordedEvent;
}

/**
 * The production as a plan sees it: everything committed so far by any process, and what this batch has decided before it.
 * A plan may be called again when another process commits first, so it must only look.
 */
export interface View {
  /** The time of this commit, ISO-8601 UTC; never before an earlier commit's. */
  readonly at: string;
  /** The last commit's time; '' before the first. */
  readonly lastAt: string;
  /** The newest policy, which this commit may change. */
  readonly policy: Policy;
  /** What `policy.json` said when it was last taken in; undefined when it never was. */
  readonly policyFile: unknown;
  /** What older productions had spent outside of their episodes. */
  readonly openings: readonly OpeningBalance[];
  has(sessionId: SessionId): boolean;
  /** @throws ProductionError `session_unknown`. */
  episode(sessionId: SessionId): EpisodeSnapshot;
  /** The money of the day that a cost of now belongs to, or of the given day. */
  day(date?: string): DayMoney;
  /** A session id that no process has used. */
  freshId(episodeNumber: number): SessionId;
  /** The session that was created with the caller's own key; undefined where none was. */
  withKey(key: string): SessionId | undefined;
  /** One more than the greatest number of an episode. */
  nextNumber(): number;
}

/** A change of the production's policy, as a plan proposes it. */
export interface PolicyStep {
  policy: PolicyChange;
}

/** That times go on from this commit's clock, though an earlier one was ahead of it. */
export interface ClockStep {
  clock: ClockAccepted;
}

/** What older productions had spent outside of their episodes. */
export interface OpeningStep {
  opening: OpeningSet[];
}

export type ProposedStep = Step | PolicyStep | ClockStep | OpeningStep;

/** Proposes the steps of one commit; throws a ProductionError to refuse. No steps: nothing to do. */
export interface Plan {
  (view: View): ProposedStep[];
  /** What it records was paid already: no clock refuses it, and one that is behind gets the last commit's time. */
  isPaid?: true;
  /** It is decided at the clock's own time, also where that is behind the last commit. */
  acceptsClock?: true;
}

/** Where a view looks things up. */
export interface ViewSources {
  lastAt: string;
  policy: Policy;
  policyFile: unknown;
  openings: readonly OpeningBalance[];
  ledger: Ledger;
  find: (sessionId: SessionId) => EpisodeSnapshot | undefined;
  isTaken: (sessionId: SessionId) => boolean;
  withKey: (key: string) => SessionId | undefined;
  /** Of all sessions that there are. */
  greatestNumber: () => number;
}

export function sessionUnknown(sessionId: SessionId): ProductionError {
  return new ProductionError(
    'session_unknown',
    `there is no session ${sessionId} in this production; showrunner list names those there are.`,
    { sessionId },
  );
}

/** The view of one commit. A class, because a batch makes thousands of them. */
export class CommitView implements View {
  readonly at: string;
  readonly lastAt: string;
  readonly policy: Policy;
  readonly policyFile: unknown;
  readonly openings: readonly OpeningBalance[];
  readonly #sources: ViewSources;

  constructor(sources: ViewSources, at: string) {
    this.at = at;
    this.lastAt = sources.lastAt;
    this.policy = sources.policy;
    this.policyFile = sources.policyFile;
    this.openings = sources.openings;
    this.#sources = sources;
  }

  has(sessionId: SessionId): boolean {
    return this.#sources.find(sessionId) !== undefined;
  }

  episode(sessionId: SessionId): EpisodeSnapshot {
    const snapshot = this.#sources.find(sessionId);
    if (snapshot) return snapshot;
    throw sessionUnknown(sessionId);
  }

  day(date?: string): DayMoney {
    const { ledger } = this.#sources;
    return ledger.money(date ?? ledger.dayFor(this.at, this.policy.timeZone), this.policy.dailyCap);
  }

  freshId(episodeNumber: number): SessionId {
    for (let copy = 1; ; copy += 1) {
      const id = sessionIdFor(episodeNumber, this.at, copy);
      if (!this.#sources.isTaken(id)) return id;
    }
  }

  withKey(key: string): SessionId | undefined {
    return this.#sources.withKey(key);
  }

  nextNumber(): number {
    return this.#sources.greatestNumber() + 1;
  }
}
