import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ProductionError, isSessionId, type ProcessIdentity } from '../../machines/index.js';
import { nodeDisk } from '../disk/index.js';
import type { ArtifactStore } from '../artifacts/index.js';
import {
  Journal,
  SegmentRewriter,
  inspectJournal,
  refuseCopy,
  rewriteSegments,
  withRestored,
} from '../journal/index.js';
import { Production, auditProblems, machineIdentity, systemClock } from '../production/index.js';
import type { RedactionRecord } from '../record/index.js';
import { programName } from '../program.js';
import { commitWithout } from './commit-text.js';
import { backupsOf, filesIn, sha256Of } from './files.js';
import { ChangedHashes } from './hashes.js';
import { SecretText } from './secret-text.js';
import { StagedFiles } from './staged-files.js';
import {
  beginStaging,
  conclude,
  putInPlace,
  removeTemporary,
  settleInterrupted,
  writePlan,
  type IsGone,
  type Staging,
} from './switch.js';

export interface RedactionOptions {
  directory: string;
  /** What is taken out. */
  text: string;
  by: string;
  reason: string;
  /** This process, and how to tell whether another one is still there. */
  owner: ProcessIdentity;
  isGone: IsGone;
  /** Has files a second time: what had the text goes, and what it became is kept. */
  artifacts?: ArtifactStore | undefined;
  /** Counts, and writes nothing. */
  dryRun?: boolean | undefined;
}

/** What became of one production's folder. */
export interface RedactedFolder {
  directory: string;
  /** How often the text was found, and is there no more unless it was only counted. */
  places: RedactionRecord['places'];
  /** Files, apart from documents and the journal, that were written anew: paths inside the folder as they are now. */
  files: string[];
  /** Paths that could not be looked into, or have the text still since another process has written them meanwhile. */
  left: string[];
}

/** What a removal did. */
export interface Redaction extends RedactedFolder {
  /** Lower-case hexadecimal SHA-256 of the text, and its characters. */
  sha256: string;
  length: number;
  dryRun: boolean;
  /** The production's back-ups that `reset` has made beside it. */
  backups: RedactedFolder[];
}

/**
 * Takes a text out of a production and its back-ups: the journal, the documents, payloads and the files of phases. Everything stays at its place in the
 * journal; checksums and hashes are made again. The old state or the new one is there at every moment (docs/SECURITY.md).
 * @throws ProductionError `invalid_input`, `journal_damaged`, `redaction_under_way`.
 */
export async function redact(options: RedactionOptions): Promise<Redaction> {
  const { sha256, length } = new SecretText(options.text);
  const folder = await redactFolder(options).catch(refuseBroken);
  const backups: RedactedFolder[] = [];
  // What `reset` has moved away is a production of its own.
  for (const directory of backupsOf(options.directory)) {
    if (!existsSync(join(directory, 'journal'))) continue;
    const redacted = await redactFolder({ ...options, directory });
    if (countOf(redacted.places) + redacted.left.length > 0) backups.push(redacted);
  }
  return { ...folder, sha256, length, dryRun: options.dryRun === true, backups };
}

/** JSON that does not parse any more had the text outside of what people and programs say. */
function refuseBroken(error: unknown): never {
  throw error instanceof SyntaxError ? partOfTheEngine(error.message, error) : error;
}

function partOfTheEngine(what: string, cause?: unknown): ProductionError {
  return new ProductionError(
    'invalid_input',
    `text: it is also a part of what the engine itself writes (${what}); nothing was changed. Name more of the secret, so that nothing else has it.`,
    { field: 'text', cause },
  );
}

function countOf({ journal, documents, files }: RedactionRecord['places']): number {
  return journal + documents + files;
}

async function redactFolder(options: RedactionOptions): Promise<RedactedFolder> {
  const { directory, text, isGone } = options;
  settleInterrupted(directory, isGone);
  // The log would bring the text back.
  refuseCopy(nodeDisk, join(directory, 'journal'));
  // What redo files have after a power cut is brought back first: they go away with the old journal.
  if (options.dryRun !== true) openJournal(join(directory, 'journal'), false).close();
  const {
    damage: found,
    inRedoFiles,
    unreadRedoFiles,
  } = inspectJournal(nodeDisk, join(directory, 'journal'));
  if (inRedoFiles > 0 && options.dryRun !== true)
    throw new ProductionError(
      'journal_unavailable',
      `the power went before the last ${inRedoFiles} lines of the journal in ${directory} were in its segment, and they cannot be brought back first: the disk is full, or the journal may not be written. Nothing was changed.`,
    );
  const damage = found[0];
  if (damage)
    throw new ProductionError(
      'journal_damaged',
      `the journal in ${directory} is damaged (${damage.segment}: ${damage.what}); nothing was changed. Run showrunner doctor first.`,
    );
  const counted = await removal(options, new SecretText(text), new ChangedHashes(), undefined);
  // Who takes the text out is refused before.
  const unread = unreadRedoFiles.map(({ path }) => relative(directory, path));
  if (options.dryRun || countOf(counted.places) === 0)
    return { ...counted, left: [...counted.left, ...unread] };
  const staging = beginStaging(directory, options.owner, isGone);
  const secret = new SecretText(text);
  const hashes = new ChangedHashes();
  let done: RedactedFolder;
  try {
    done = await removal(options, secret, hashes, staging);
  } finally {
    conclude(directory);
  }
  await showAgain(options);
  const inStore = options.artifacts ? await takeOutOf(options.artifacts, hashes, done) : [];
  return { ...done, left: [...done.left, ...leftIn(directory, secret), ...inStore] };
}

/** Gives what could not be taken out. */
async function takeOutOf(
  store: ArtifactStore,
  hashes: ChangedHashes,
  { directory, files }: RedactedFolder,
): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`${what} in ${store.name} (${(error as Error).message})`);
    }
  };
  for (const path of files)
    await attempt(path, () => {
      const place = join(directory, path);
      const bytes = nodeDisk.readFile(place) ?? Buffer.alloc(0);
      return store.put({ sha256: sha256Of(bytes), bytes: bytes.length }, place);
    });
  for (const sha256 of hashes.before()) await attempt(sha256, () => store.remove(sha256));
  return left;
}

/** Looks through everything; with a staging folder the new state is made there, checked, and put in its place up to where {@link conclude} goes on. */
async function removal(
  options: RedactionOptions,
  secret: SecretText,
  hashes: ChangedHashes,
  staging: Staging | undefined,
): Promise<RedactedFolder> {
  const { directory } = options;
  const folder = staging && join(staging.folder, 'files');
  const files = new StagedFiles({ directory, secret, hashes, folder });
  let plan = files.look();
  let lastAt = '';
  const newRewriter = (): SegmentRewriter =>
    new SegmentRewriter({
      commit(line) {
        lastAt = /^\{"at":"([^"]+)"/.exec(line)?.[1] ?? lastAt;
        return commitWithout(line, secret, hashes);
      },
      rest: (bytes) => secret.maskTorn(bytes),
    });
  const rewriter = newRewriter();
  const before = secret.found;
  const source = join(directory, 'journal');
  // What was not brought back is counted as it will be.
  const present = (staging ? undefined : withRestored(nodeDisk, source)?.disk) ?? nodeDisk;
  const from = rewriteSegments(present, rewriter, { source, target: staging?.journal });
  const inJournal = secret.found - before;
  if (staging) {
    checkAudit(directory, staging);
    renameSync(source, staging.old);
    nodeDisk.syncDirectory(directory);
    // From here on nobody is told that a commit of his is kept, and nobody puts a file in its place: what was kept and put there since the first look is taken along.
    removeTemporary(directory);
    const known = hashes.size;
    plan = files.look();
    writePlan(directory, plan);
    const rest = { source: staging.old, target: staging.journal };
    // A file that came meanwhile may have been known to any line before.
    if (hashes.size > known) rewriteSegments(nodeDisk, newRewriter(), rest);
    else rewriteSegments(nodeDisk, rewriter, { ...rest, from });
    await appendRecord(
      staging.journal,
      from,
      lastAt,
      recordOf(options, secret, { journal: inJournal, ...plan.places }),
    );
    putInPlace(directory, staging.journal);
  }
  const places = { journal: inJournal, ...plan.places };
  return { directory, places, files: plan.files.map(({ to }) => to), left: plan.unread };
}

function recordOf(
  { by, reason }: RedactionOptions,
  secret: SecretText,
  places: RedactionRecord['places'],
): RedactionRecord {
  const { sha256, length } = secret;
  return { by: secret.maskText(by), reason: secret.maskText(reason), sha256, length, places };
}

/** What says less after it than before must not take its place. */
function checkAudit(directory: string, staging: Staging): void {
  const problems = problemsOf(staging.journal);
  const first = problems[0];
  if (!first || problems.length === problemsOf(join(directory, 'journal')).length) return;
  throw partOfTheEngine(first.what);
}

function problemsOf(folder: string): ReturnType<typeof auditProblems> {
  const journal = openJournal(folder, true);
  try {
    return auditProblems(journal);
  } finally {
    journal.close();
  }
}

function openJournal(directory: string, readOnly: boolean): Journal {
  return Journal.open({
    directory,
    disk: nodeDisk,
    machine: machineIdentity,
    program: programName,
    now: () => systemClock.now(),
    readOnly,
  });
}

const mostTries = 10;

/** The commit that says what was done, as the last line of the new journal. */
async function appendRecord(
  folder: string,
  from: number,
  lastAt: string,
  record: RedactionRecord,
): Promise<void> {
  const now = systemClock.now();
  const at = now < lastAt ? lastAt : now;
  const handle = randomBytes(4).toString('hex');
  const text = JSON.stringify({ at, by: record.by, handle, entries: [], redaction: record });
  const journal = openJournal(folder, false);
  try {
    journal.seek(from);
    for (let tries = 0; tries < mostTries; tries += 1) {
      journal.refresh(() => {});
      const { landed, error } = await journal.append([text]);
      if (error) throw error;
      if (landed.length > 0) return;
    }
    throw new ProductionError(
      'journal_unavailable',
      'the record of the removal could not be written; try again.',
    );
  } finally {
    journal.close();
  }
}

/** Every document is made again. */
async function showAgain({ directory, by }: RedactionOptions): Promise<void> {
  const production = Production.open({
    directory,
    clock: systemClock,
    disk: nodeDisk,
    by,
    program: programName,
  });
  try {
    const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) if (isSessionId(name)) production.find(name);
    await production.show();
  } finally {
    await production.close();
  }
}

/** Where another process has put the text again since it was looked for. */
function leftIn(directory: string, secret: SecretText): string[] {
  const left: string[] = [];
  for (const { path, bytes } of filesIn(directory, () => {})) if (secret.isIn(bytes)) left.push(path);
  return left;
}
