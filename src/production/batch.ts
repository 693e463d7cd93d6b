import {
  ProductionError,
  decide,
  episodeNumberOf,
  parseRecorded,
  persist,
  plainCostText,
  rulesToFollow,
  type EpisodeSnapshot,
  type Ledger,
  type RecordedEvent,
  type Redactor,
  type SessionId,
} from '../../machines/index.js';
import type { ClockAccepted, Commit } from '../record/commit.js';
import type { DecidedStep } from '../record/step.js';
import { diffText } from '../record/delta.js';
import { eventText } from '../record/payload.js';
import type { OpeningSet } from '../record/opening-record.js';
import { movedBy, withOpenings } from '../record/openings.js';
import { isWholeDue, sinceAfter, type SinceWhole } from '../record/since-whole.js';
import type { EpisodeStore } from '../record/episode-store.js';
import { recordedPolicy, type PolicyChange } from '../record/policy-record.js';
import type { CommitTime } from './commit-clock.js';
import type { Mirror } from './mirror.js';
import type { LandingRequest, MovableCommit } from '../journal/index.js';
import { movable } from './movable.js';
import { LedgerOverlay } from './ledger-overlay.js';
import { redactedSteps } from './redacted-steps.js';
import { CommitView, type Plan, type ProposedStep, type Step, type ViewSources } from './view.js';

/** What sessions were before a plan's steps, in order. */
type Undo = [SessionId, EpisodeSnapshot | undefined][];

/** A commit decided and not yet written. */
export interface Draft {
  at: string;
  text: string;
  steps: DecidedStep[];
  policy?: PolicyChange | undefined;
  clock?: ClockAccepted | undefined;
  opening?: OpeningSet[] | undefined;
  /** Whether its plan looked only at the session that it changes, and at days' money. */
  isOfItsSession: boolean;
  /** Where each session ends up, and the size of its snapshot where the line carries it whole. */
  sessions: { id: SessionId; after: EpisodeSnapshot; wholeBytes: number | undefined }[];
}

/** The JSON of a {@link CommitEntry}, and where its session ends up. */
interface Entry {
  text: string;
  session: Draft['sessions'][number];
}

/** Who writes a batch's commits. */
export interface Writer {
  /** What they say of him, by {@link writerText}. */
  writer: string;
  /** Takes secrets out of what they keep. */
  redactor: Redactor;
}

/** Decides plans one after the other on top of the store, without changing it. */
export class Batch {
  readonly #store: EpisodeStore;
  readonly #sources: ViewSources;
  readonly #writer: string;
  readonly #redactor: Redactor;
  readonly #ledger: LedgerOverlay;
  readonly #working = new Map<SessionId, EpisodeSnapshot>();
  readonly #since = new Map<SessionId, SinceWhole>();
  readonly #under: Ledger;
  readonly #latest: string;
  /** The session that a plan has looked at first. */
  #seen: SessionId | undefined;
  /** Whether it has looked at others too. */
  #hasSeenOthers = false;

  constructor(
    {
      store,
      ledger,
      policy,
      policyFile,
      openings,
      lastAt,
      keys,
      greatestNumber,
    }: Pick<
      Mirror,
      'store' | 'ledger' | 'policy' | 'policyFile' | 'openings' | 'lastAt' | 'keys' | 'greatestNumber'
    >,
    { writer, redactor }: Writer,
  ) {
    this.#store = store;
    this.#writer = writer;
    this.#redactor = redactor;
    this.#under = ledger;
    this.#latest = ledger.latest;
    this.#ledger = new LedgerOverlay(ledger);
    this.#sources = {
      lastAt,
      policy,
      policyFile,
      openings,
      ledger: this.#ledger,
      find: (id) => {
        this.#seen ??= id;
        this.#hasSeenOthers ||= id !== this.#seen;
        return this.#find(id);
      },
      isTaken: (id) => {
        this.#hasSeenOthers = true;
        return this.#working.has(id) || this.#store.isTaken(id);
      },
      withKey: (key) => {
        this.#hasSeenOthers = true;
        return this.#createdWith(key) ?? keys.find(key);
      },
      greatestNumber: () => {
        this.#hasSeenOthers = true;
        return Math.max(greatestNumber(), ...[...this.#working.keys()].map(episodeNumberOf));
      },
    };
  }

  /** Created in this very write. */
  #createdWith(key: string): SessionId | undefined {
    for (const [id, { context }] of this.#working) if (context.key === key && !this.#store.has(id)) return id;
    return undefined;
  }

  /**
   * The draft that `plan` leads to, or undefined when it proposes nothing.
   * @throws ProductionError when the plan or the statechart refuses; then the batch is as it was.
   */
  decide(plan: Plan, { at, ahead }: CommitTime): Draft | undefined {
    this.#seen = undefined;
    this.#hasSeenOthers = false;
    const proposed = redactedSteps(plan(new CommitView(this.#sources, at)), this.#redactor);
    if (proposed.length === 0) return undefined;
    const policy = policyIn(proposed);
    const clock = clockIn(proposed);
    const opening = openingIn(proposed);
    const { steps, texts } = this.#decideAll(
      policy || clock || opening ? proposed.filter(isOfEpisode) : (proposed as readonly Step[]),
    );
    // Whoever is decided after this, in this very write too, is held to it.
    if (policy) this.#takePolicy(policy);
    if (opening) this.#takeOpening(opening);
    for (const { before, event } of steps)
      if (before && event.type !== 'episode.created') this.#ledger.book(before.context, event);
    return this.#draft({ at, ahead }, steps, texts, { policy, clock, opening });
  }

  #takePolicy({ policy, file }: PolicyChange): void {
    this.#sources.policy = policy;
    if (file !== undefined) this.#sources.policyFile = file;
  }

  #takeOpening(opening: OpeningSet[]): void {
    for (const each of opening) this.#ledger.bookOutside(each.day, movedBy(each));
    this.#sources.openings = withOpenings(this.#sources.openings, opening);
  }

  #decideAll(proposed: readonly Step[]): { steps: DecidedStep[]; texts: string[] } {
    const undo: Undo = [];
    const all = this.#withRules(proposed);
    const texts = all.map(({ event }) => recordable(event));
    try {
      // Most are of one step, and a list that grows has room for seventeen (Node 20.20).
      const steps = all.map(({ sessionId, event }): DecidedStep => {
        // A fresh id names nothing that could be loaded.
        const isFresh = event.type === 'episode.created' && !this.#sources.isTaken(sessionId);
        const before = isFresh ? undefined : this.#find(sessionId);
        const decision = decide(before, event);
        if (!decision.accepted)
          throw new ProductionError(decision.refusal.code, decision.refusal.message, { sessionId });
        if (all.length > 1) undo.push([sessionId, this.#working.get(sessionId)]);
        this.#working.set(sessionId, decision.snapshot);
        return { sessionId, event, before, after: decision.snapshot };
      });
      return { steps, texts };
    } catch (error) {
      for (const [id, snapshot] of undo.reverse())
        if (snapshot) this.#working.set(id, snapshot);
        else this.#working.delete(id);
      throw error;
    }
  }

  /** An episode whose rules are not the policy's any more changes to them first. */
  #withRules(proposed: readonly Step[]): readonly Step[] {
    const { policy } = this.#sources;
    const behind: Step[] = [];
    const seen = proposed.length > 1 ? new Set<SessionId>() : undefined;
    for (const { sessionId, event } of proposed) {
      if (seen && seen.size === seen.add(sessionId).size) continue;
      const before = event.type === 'episode.created' ? undefined : this.#find(sessionId);
      const rules = before && before.value !== 'archived' ? rulesToFollow(before.context, policy) : undefined;
      if (rules) behind.push({ sessionId, event: { type: 'rules.changed', at: event.at, rules } });
    }
    return behind.length === 0 ? proposed : [...behind, ...proposed];
  }

  /** Whether one of its plans has touched the session. */
  has(id: SessionId): boolean {
    return this.#working.has(id);
  }

  #find(id: SessionId): EpisodeSnapshot | undefined {
    return this.#working.get(id) ?? this.#store.snapshot(id);
  }

  #draft(
    { at, ahead }: CommitTime,
    steps: DecidedStep[],
    texts: readonly string[],
    { policy, clock, opening }: Pick<Draft, 'policy' | 'clock' | 'opening'>,
  ): Draft {
    const entries = this.#entries(steps, texts);
    return {
      at,
      text: `{"at":${JSON.stringify(at)},${ahead === undefined ? '' : `"ahead":${JSON.stringify(ahead)},`}${this.#writer}"entries":[${entries.length === 1 ? entries[0]?.text : entries.map(({ text }) => text).join(',')}]${policyText(policy)}${clock ? `,"clock":${JSON.stringify(clock)}` : ''}${opening ? `,"opening":${JSON.stringify(opening)}` : ''}}`,
      steps,
      policy,
      clock,
      opening,
      isOfItsSession:
        !this.#hasSeenOthers &&
        ahead === undefined &&
        !policy &&
        !clock &&
        !opening &&
        (this.#seen === undefined || this.#seen === steps[0]?.sessionId),
      sessions: entries.map(({ session }) => session),
    };
  }

  /** What a log needs to place the batch's commits behind others'; undefined where one of them depends on more than its session and its day. */
  landing(
    drafts: readonly Draft[],
    { position, crc }: { position: number; crc: string },
  ): LandingRequest | undefined {
    const commits: MovableCommit[] = [];
    for (const { isOfItsSession, text, steps } of drafts) {
      const commit = isOfItsSession ? movable(text, steps) : undefined;
      if (!commit) return undefined;
      commits.push(commit);
    }
    const dates = new Set([
      ...this.#ledger.days.keys(),
      ...commits.flatMap(({ gaps }) => gaps.map(({ date }) => date)),
    ]);
    const totals = (ledger: Ledger, date: string) => {
      const { spent, reserved } = ledger.day(date) ?? { spent: 0, reserved: 0 };
      return { spent, reserved };
    };
    return {
      position,
      crc,
      at: drafts.reduce((first, { at }) => (at < first ? at : first), drafts[0]?.at ?? ''),
      latest: this.#latest,
      latestAfter: this.#ledger.latest,
      days: Object.fromEntries(
        [...dates].map((date) => [date, { from: totals(this.#under, date), to: totals(this.#ledger, date) }]),
      ),
      commits,
    };
  }

  /** Each session's, of a commit. */
  #entries(steps: readonly DecidedStep[], texts: readonly string[]): Entry[] {
    if (steps.length === 0) return [];
    const ids = steps.length === 1 ? [] : [...new Set(steps.map((step) => step.sessionId))];
    if (ids.length < 2) return [this.#entry(steps, texts)];
    return ids.map((id) => {
      const isItsOwn = (index: number): boolean => steps[index]?.sessionId === id;
      return this.#entry(
        steps.filter((_, index) => isItsOwn(index)),
        texts.filter((_, index) => isItsOwn(index)),
      );
    });
  }

  /** One session's steps. */
  #entry(steps: readonly DecidedStep[], texts: readonly string[]): Entry {
    const first = steps[0];
    const last = steps.at(-1);
    if (!first || !last) throw new ProductionError('machine_broken', 'a commit without steps.');
    const { sessionId: id, before } = first;
    const { after } = last;
    const since = this.#since.get(id) ?? this.#store.since(id);
    const isWhole = !before || isWholeDue(since);
    const state = isWhole
      ? `"snapshot":${JSON.stringify(persist(after))}`
      : `"changes":${diffText(persist(before), persist(after))}`;
    const wholeBytes = isWhole ? state.length : undefined;
    this.#since.set(id, sinceAfter(since, wholeBytes));
    return {
      text: `{"session":${JSON.stringify(id)},"events":[${texts.length === 1 ? texts[0] : texts.join(',')}],${state}}`,
      session: { id, after, wholeBytes },
    };
  }
}

function isOfEpisode(step: ProposedStep): step is Step {
  return 'event' in step;
}

function policyIn(proposed: readonly ProposedStep[]): PolicyChange | undefined {
  for (const step of proposed) if ('policy' in step) return step.policy;
  return undefined;
}

function clockIn(proposed: readonly ProposedStep[]): ClockAccepted | undefined {
  for (const step of proposed) if ('clock' in step) return step.clock;
  return undefined;
}

function openingIn(proposed: readonly ProposedStep[]): OpeningSet[] | undefined {
  for (const step of proposed) if ('opening' in step) return step.opening;
  return undefined;
}

function policyText(change: PolicyChange | undefined): string {
  return change ? `,"policy":${JSON.stringify(recordedPolicy(change))}` : '';
}

/** The JSON of what a handle's commits say of their writer. */
export function writerText({ by, handle }: Pick<Commit, 'by' | 'handle'>): string {
  return `"by":${JSON.stringify(by)},"handle":${JSON.stringify(handle)},`;
}

/** The event's JSON. Nothing enters the journal that an audit could not read back (1–3 µs an event, zod 4.6). */
function recordable(event: RecordedEvent): string {
  const plain = plainCostText(event);
  if (plain !== undefined) return plain;
  parseRecorded(event);
  return eventText(event);
}
