import { isDeepStrictEqual } from 'node:util';
import {
  Ledger,
  addUsd,
  decide,
  machineVersion,
  moneyMove,
  parsePolicy,
  policyDifferences,
  persist,
  phaseNames,
  rehydrate,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type RecordedEvent,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Documents } from '../documents/index.js';
import {
  adviceOnUnread,
  describeUnread,
  type Inspection,
  type JournalEntry,
  type JournalPort,
} from '../journal/index.js';
import type { CommitEntry } from '../record/commit.js';
import { decodeCommit, decodeState, stateAfter, type RecordedState } from '../record/decode.js';
import { diffText } from '../record/delta.js';
import { inMemory } from '../record/replay.js';
import { asRecorded } from '../record/payload.js';
import type { OpeningBalance, OpeningSet } from '../record/opening-record.js';
import { exactOpening, movedBy, sumOf, withOpenings } from '../record/openings.js';
import { artifactProblems } from './artifact-problems.js';
import { hasSameText } from './same-text.js';
import type { PolicyChange } from '../record/policy-record.js';

/** What an audit found. `problems` is empty when everything holds. Amounts in micro-dollars. */
export interface Verification {
  ok: boolean;
  commits: number;
  events: number;
  sessions: number;
  /** In episodes and outside of them. */
  spent: Usd;
  /** What of it older productions had spent outside of their episodes. */
  opening: Usd;
  problems: { position: number; session: string | null; what: string }[];
}

/** An episode while the audit walks through the journal, with its money counted independently of the chart. */
interface Audited {
  recorded: RecordedState | undefined;
  persisted: PersistedEpisode | undefined;
  /** What the next event finds; undefined where it is to be made from what was recorded. */
  snapshot: EpisodeSnapshot | undefined;
  spent: Record<string, number>;
}

/** Audits the whole journal: runs each transition again, sums the money apart from the chart, holds the caps to the ledger. */
class Audit {
  readonly problems: Verification['problems'] = [];
  readonly sessions = new Map<SessionId, Audited>();
  readonly ledger = new Ledger();
  /** The production's policy as of the line that is looked at. */
  policy = parsePolicy();
  /** What older productions had spent outside of their episodes. */
  openings: OpeningBalance[] = [];
  /** What may have commits that nobody can see. */
  unreadRedoFiles: Inspection['unreadRedoFiles'] = [];
  commits = 0;
  events = 0;

  take(line: JournalEntry): void {
    this.commits += 1;
    try {
      const commit = decodeCommit(line, true);
      for (const entry of commit.entries) this.#entry(entry, line);
      if (commit.policy) this.#policy(commit.policy, line);
      if (commit.opening) this.#opening(commit.opening, line);
    } catch (error) {
      this.#problem(line, null, (error as Error).message);
    }
  }

  #policy(change: PolicyChange, line: JournalEntry): void {
    const changes = policyDifferences(this.policy, change.policy);
    if (!isDeepStrictEqual(asRecorded(changes), asRecorded(change.changes)))
      this.#problem(line, null, 'the change of policy is not the one from the policy before it');
    this.policy = change.policy;
  }

  #opening(set: readonly OpeningSet[], line: JournalEntry): void {
    for (const each of set) {
      const was = exactOpening(this.openings, each)?.amount ?? 0;
      if (was !== each.was)
        this.#problem(line, null, `the opening balance of ${each.where} was ${was}, and not ${each.was}`);
      this.ledger.bookOutside(each.day, movedBy(each));
    }
    this.openings = withOpenings(this.openings, set);
  }

  #entry(entry: CommitEntry, line: JournalEntry): void {
    const known: Audited = this.sessions.get(entry.session) ?? {
      recorded: undefined,
      persisted: undefined,
      snapshot: undefined,
      spent: {},
    };
    let before = known.snapshot ?? (known.persisted && rehydrate(known.persisted));
    for (const event of entry.events) before = this.#event(entry.session, before, event, known, line);
    const led = before && persist(before);
    const isLedTo = led !== undefined && changesTo(led, entry, known.recorded, line);
    const recorded = isLedTo
      ? { persisted: led, version: line.version }
      : stateAfter(entry, known.recorded, line);
    const isSame =
      isLedTo ||
      (led !== undefined &&
        (hasSameText(led, recorded.persisted) || JSON.stringify(led) === JSON.stringify(recorded.persisted)));
    // What is on disk as a whole is looked at by its schema; what changes make of it, where that is not to the letter what the events lead to.
    const persisted = isSame && entry.snapshot === undefined ? led : decodeState(recorded);
    if (!led || (!isSame && isOurs(line) && !isSameAsRecorded(led, persisted))) {
      this.#problem(line, entry.session, 'the recorded snapshot is not the one its events lead to');
    }
    this.sessions.set(entry.session, {
      // The same, and shared: the next changes then leave most of it as one object, which is compared at a glance.
      recorded: isSame ? { ...recorded, persisted: led } : recorded,
      persisted,
      snapshot: isSame ? before : undefined,
      spent: known.spent,
    });
    this.#sums(entry.session, persisted, known.spent, line);
  }

  #event(
    session: SessionId,
    before: EpisodeSnapshot | undefined,
    event: RecordedEvent,
    known: Audited,
    line: JournalEntry,
  ): EpisodeSnapshot | undefined {
    this.events += 1;
    const decision = decide(before, event);
    if (!decision.accepted) {
      if (isOurs(line))
        this.#problem(line, session, `${event.type} would be refused: ${decision.refusal.code}`);
      return before;
    }
    if (before && event.type !== 'episode.created') this.#money(session, before, event, known, line);
    return decision.snapshot;
  }

  #money(
    session: SessionId,
    before: EpisodeSnapshot,
    event: EpisodeEvent,
    known: Audited,
    line: JournalEntry,
  ): void {
    const move = moneyMove(before.context, event);
    if (!move) {
      this.ledger.book(before.context, event);
      return;
    }
    known.spent[move.phase] = (known.spent[move.phase] ?? 0) + move.spent;
    if ('day' in event && event.day && event.at >= before.context.updatedAt) {
      const booked = this.ledger.money(event.day.date, event.day.cap);
      const isImport = event.type === 'cost.recorded' && event.operation === 'imported';
      if (!isImport && (booked.spent !== event.day.spent || booked.reserved !== event.day.reserved)) {
        this.#problem(
          line,
          session,
          `${event.type} was decided on ${event.day.spent}+${event.day.reserved} for ${event.day.date}, the ledger says ${booked.spent}+${booked.reserved}`,
        );
      }
      const cap = addUsd(this.policy.dailyCap, this.ledger.day(event.day.date)?.raised ?? (0 as Usd));
      if (!isImport && isOurs(line) && event.day.cap !== cap)
        this.#problem(
          line,
          session,
          `${event.type} was decided under a cap of ${event.day.cap} for ${event.day.date}, the policy says ${cap}`,
        );
      // Facts may have passed the cap before; a reservation of nothing adds nothing to it.
      if (
        event.type === 'cost.reserve' &&
        event.amount > 0 &&
        booked.spent + booked.reserved + event.amount > event.day.cap
      ) {
        this.#problem(line, session, `a reservation passes the day's cap of ${event.day.cap}`);
      }
    }
    this.ledger.book(before.context, event);
  }

  #sums(
    session: SessionId,
    { context }: PersistedEpisode,
    spent: Record<string, number>,
    line: JournalEntry,
  ): void {
    const phases = phaseNames.reduce((sum, name) => sum + context.phases[name].spent, 0);
    const reserved = Object.values(context.operations).reduce((sum, operation) => sum + operation.amount, 0);
    if (phases !== context.money.spent)
      this.#problem(line, session, `its phases sum to ${phases}, its total is ${context.money.spent}`);
    if (reserved !== context.money.reserved)
      this.#problem(
        line,
        session,
        `its open operations sum to ${reserved}, its reserved total is ${context.money.reserved}`,
      );
    for (const name of phaseNames) {
      const entries = spent[name] ?? 0;
      if (entries !== context.phases[name].spent)
        this.#problem(
          line,
          session,
          `the cost entries of ${name} sum to ${entries}, the phase says ${context.phases[name].spent}`,
        );
    }
  }

  #problem(line: JournalEntry, session: string | null, what: string): void {
    this.problems.push({ position: line.position, session, what });
  }
}

/** Whether the recorded changes are, to the letter, those to what the events lead to: then it need not be made of them again. A no says nothing. */
function changesTo(
  led: PersistedEpisode,
  { snapshot, changes }: CommitEntry,
  before: RecordedState | undefined,
  { version }: JournalEntry,
): boolean {
  return (
    snapshot === undefined &&
    changes !== undefined &&
    before?.version === version &&
    diffText(before.persisted, led) === JSON.stringify(changes)
  );
}

/** Whether both would be recorded as the same, in whatever order their keys are. */
function isSameAsRecorded(one: unknown, other: unknown): boolean {
  return (
    JSON.stringify(one) === JSON.stringify(other) || isDeepStrictEqual(asRecorded(one), asRecorded(other))
  );
}

/** Whether what this process knows of an episode is how the journal has it. @throws ProductionError `journal_damaged`, when it is no episode. */
function isShownAs(
  shown: RecordedState,
  audited: PersistedEpisode | undefined,
  { id, position }: { id: SessionId; position: number },
): boolean {
  if (shown.version === machineVersion && hasSameText(shown.persisted, audited)) return true;
  return isSameAsRecorded(persist(inMemory(shown, position, id).snapshot), audited);
}

/** Whether this version of the chart decided it: what an older one recorded counts, also where this one would decide otherwise. */
function isOurs({ version }: JournalEntry): boolean {
  return version === machineVersion;
}

/** What an audit tells of while it reads. */
export interface AuditProgress {
  /** Hears of each file before it is read. */
  onFile?: ((path: string) => void) | undefined;
  /** Hears after each commit how far the journal has been read. Bytes. */
  onJournal?: ((read: number, end: number) => void) | undefined;
}

function auditOf(journal: JournalPort, onJournal?: AuditProgress['onJournal']): Audit {
  const audit = new Audit();
  const end = journal.end();
  const { damage, unreadRedoFiles } = journal.inspect();
  audit.unreadRedoFiles = unreadRedoFiles;
  for (const { position, segment, what } of damage) {
    audit.problems.push({ position, session: null, what: `${segment}: ${what}` });
  }
  if (damage.length > 0) return audit;
  journal.scan((line) => {
    audit.take(line);
    onJournal?.(line.end, end);
  });
  return audit;
}

/** What is wrong with a journal, whatever the documents say. Reads everything. */
export function auditProblems(journal: JournalPort): Verification['problems'] {
  return auditOf(journal).problems;
}

/** Audits a journal, compares what this process knows with it, and the files of phases with what was recorded (docs/reliability.md). Reads everything. */
export async function verify(
  {
    journal,
    documents,
    onFile = () => {},
    onJournal,
  }: { journal: JournalPort; documents: Documents } & AuditProgress,
  known: (id: SessionId) => RecordedState | undefined,
): Promise<Verification> {
  const audit = auditOf(journal, onJournal);
  const opening = sumOf(audit.openings);
  let spent = opening as number;
  for (const [id, { persisted }] of audit.sessions) {
    spent += persisted?.context.money.spent ?? 0;
    const shown = known(id);
    if (shown && !isShownAs(shown, persisted, { id, position: journal.position })) {
      audit.problems.push({
        position: journal.position,
        session: id,
        what: 'the documents show another state than the journal',
      });
    }
  }
  // Where the journal is damaged nothing can be said of what it recorded.
  if (audit.problems.length === 0) {
    const contexts = [...audit.sessions].flatMap(([id, { persisted }]) =>
      // The files of one that was deleted are in the backup.
      persisted?.context.filesMovedTo === null ? [[id, persisted.context] as const] : [],
    );
    for (const problem of await artifactProblems({ journal, documents, onFile }, contexts))
      audit.problems.push({ position: journal.position, ...problem });
  }
  for (const unread of audit.unreadRedoFiles) {
    const what = `${describeUnread(unread)}. ${adviceOnUnread(unread)}`;
    audit.problems.push({ position: journal.position, session: null, what });
  }
  const { problems, commits, events, sessions } = audit;
  return {
    ok: problems.length === 0,
    commits,
    events,
    sessions: sessions.size,
    spent: spent as Usd,
    opening,
    problems,
  };
}
