import {
  ProductionError,
  invalidInput,
  isSessionId,
  machineVersion,
  migrate,
  persist,
  plainCostText,
  upcast,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';
import type { JournalEntry } from '../journal/index.js';
import { CommitLine, isPlainCommit, type Commit, type CommitEntry } from './commit.js';
import { patch } from './delta.js';
import { OpeningRecord, type OpeningSet } from './opening-record.js';
import { decodePolicy, type PolicyChange } from './policy-record.js';

/**
 * A persisted snapshot in the form of the machine version that wrote it. Changes that this version has recorded apply to this form
 * alone; {@link decodeState} makes a snapshot of it.
 */
export interface RecordedState {
  persisted: unknown;
  version: number;
}

/** An episode in memory, as this version would record it; it shares its context. */
export function recordedNow(snapshot: EpisodeSnapshot): RecordedState {
  return { persisted: persist(snapshot), version: machineVersion };
}

/**
 * The one way from a snapshot on disk to one in memory: machine version, migrations, Zod. The journal, documents and archives all go through it.
 * @throws ProductionError `production_upgraded` for a newer version, `invalid_input` when it is no episode.
 */
export function decodeState(recorded: RecordedState): PersistedEpisode {
  const known = decoded.get(recorded);
  if (known) return known;
  const state = migrate(recorded.persisted, recorded.version);
  decoded.set(recorded, state);
  return state;
}

/** A document is looked at before it is trusted, and then taken: it is checked once. */
const decoded = new WeakMap<RecordedState, PersistedEpisode>();

/** {@link decodeState} for a document, which can be made again: undefined when it holds no episode. */
export function decodeShown(recorded: RecordedState): PersistedEpisode | undefined {
  try {
    return decodeState(recorded);
  } catch (error) {
    if (error instanceof ProductionError && error.code === 'invalid_input') return undefined;
    throw error;
  }
}

/**
 * Reads a commit that the journal has verified by CRC. Its events come in this version's form, checked; its snapshots and changes stay in
 * their own, for {@link stateAfter}. With `strict` every field of the line is checked too (used by audits).
 * @throws ProductionError `journal_damaged`, `production_upgraded`.
 */
export function decodeCommit({ text, position, version }: JournalEntry, strict = false): Commit {
  const parsed: unknown = JSON.parse(text);
  if (strict) checkLine(parsed, position);
  else if (!looksLikeCommit(parsed)) {
    throw new ProductionError(
      'journal_damaged',
      `the line at ${position} is intact and yet no commit of this program; run showrunner doctor.`,
    );
  }
  const commit = parsed as Commit;
  for (const entry of commit.entries) decodeEvents(entry, position, version);
  if (commit.policy !== undefined) commit.policy = decodedPolicy(commit.policy, position);
  if (commit.opening !== undefined) commit.opening = decodedOpening(commit.opening, position);
  return commit;
}

function decodeEvents(entry: CommitEntry, position: number, version: number): void {
  try {
    entry.events = entry.events.map((event) => (isPlain(event, version) ? event : upcast(event, version)));
  } catch (error) {
    throw asDamage(error, position, entry.session);
  }
}

/** A cost like most of them, of this version: there is nothing to bring up, and Zod would find nothing wrong. What it is, is not known yet. */
function isPlain(event: RecordedEvent | null, version: number): boolean {
  return version === machineVersion && event?.type === 'cost.recorded' && plainCostText(event) !== undefined;
}

function decodedPolicy(recorded: unknown, position: number): PolicyChange {
  try {
    return decodePolicy(recorded);
  } catch (error) {
    throw asDamage(error, position);
  }
}

function decodedOpening(recorded: unknown, position: number): OpeningSet[] {
  const checked = OpeningRecord.safeParse(recorded);
  if (checked.success) return checked.data;
  throw asDamage(invalidInput(checked.error, 'opening'), position);
}

/** The snapshot after an entry, as it was recorded. `before` is needed where the entry carries changes. */
export function stateAfter(
  entry: CommitEntry,
  before: RecordedState | undefined,
  { position, version }: Pick<JournalEntry, 'position' | 'version'>,
): RecordedState {
  if (entry.snapshot !== undefined) return { persisted: entry.snapshot, version };
  if (before?.version === version && entry.changes)
    return { persisted: patch(before.persisted, entry.changes), version };
  throw new ProductionError(
    'journal_damaged',
    `the commit at ${position} changes ${entry.session}, whose earlier snapshot is missing.`,
    { sessionId: entry.session },
  );
}

/** A line that does not decode is damage, and says where it is; what a newer program wrote is not. */
export function asDamage(error: unknown, position: number, sessionId?: SessionId): unknown {
  if (!(error instanceof ProductionError) || error.code !== 'invalid_input') return error;
  return new ProductionError(
    'journal_damaged',
    `the commit at ${position} is not one of this program's: ${error.message}`,
    { sessionId, cause: error },
  );
}

function checkLine(parsed: unknown, position: number): void {
  if (isPlainCommit(parsed)) return;
  const checked = CommitLine.safeParse(parsed);
  if (checked.success) return;
  const issue = checked.error.issues[0];
  throw new ProductionError(
    'journal_damaged',
    `the commit at ${position} is not one of this program's: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}

function looksLikeCommit(value: unknown): value is Commit {
  const commit = value as Partial<Commit> | null;
  return (
    typeof commit?.at === 'string' &&
    Array.isArray(commit.entries) &&
    commit.entries.every((entry) => isSessionId(entry?.session) && Array.isArray(entry.events))
  );
}
