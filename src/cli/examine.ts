import { needsHere } from '../production/needs-here.js';
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  escapeForShell,
  isSessionId,
  parsePolicy,
  phaseNames,
  rehydrate,
  statusOf,
  type SessionId,
} from '../../machines/index.js';
import { nodeDisk, writableByOthers, type Disk } from '../disk/index.js';
import { Documents, leftoversIn, type SessionDocument } from '../documents/index.js';
import { adviceOnUnread, describeUnread, inspectJournal, type Inspection } from '../journal/index.js';
import { unseal } from '../documents/seal.js';
import { decodeShown } from '../record/index.js';
import type { Context } from './command.js';
import { countProgress, segmentProgress } from './file-progress.js';
import { episodeEstimates, episodeWarnings, waitOf } from '../reports/index.js';

/** Something that a person should know. */
export interface Finding {
  severity: 'damage' | 'attention' | 'note';
  what: string;
  advice: string;
}

/** Looks at a production's files without changing or trusting any. `note` hears how far it is. */
export function examine(
  directory: string,
  { note }: Pick<Context, 'note'> = { note: () => {} },
): { findings: Finding[]; segments: Inspection['segments'] } {
  const journal = join(directory, 'journal');
  if (!existsSync(journal)) {
    return {
      findings: [
        {
          severity: 'note',
          what: `there is no production in ${directory}`,
          advice: 'Begin one: showrunner create --topic "…"',
        },
      ],
      segments: [],
    };
  }
  // First the documents: processes at work move the journal on meanwhile, and a document is never ahead of it.
  const shown = shownPositions(directory, countProgress({ note }, 'reading documents'));
  const { segments, damage, inRedoFiles, unreadRedoFiles } = inspectJournal(
    telling(segmentProgress({ note })),
    journal,
  );
  const findings: Finding[] = damage.map(({ segment, position, what }) => ({
    severity: 'damage',
    what: `journal segment ${segment}, position ${position}: ${what}`,
    advice:
      'Commits before this place are whole: restore the segment from a backup, or keep a copy of the folder and import state.json into a new production.',
  }));
  if (inRedoFiles > 0)
    findings.push({
      severity: 'note',
      what: `the power went before the last ${inRedoFiles} lines of the journal were in its segment; its redo file has them, and nothing is lost`,
      advice: 'Go on working: the next command that writes brings them back first.',
    });
  for (const unread of unreadRedoFiles)
    findings.push({
      severity: 'attention',
      what: describeUnread(unread),
      advice: adviceOnUnread(unread),
    });
  findings.push(
    ...examineLink(directory),
    ...examineEnd(shown, segments),
    ...examinePutAside(journal),
    ...examineDocuments(directory, countProgress({ note }, 'checking documents')),
    ...examineLeftovers(directory, countProgress({ note }, 'looking for leftovers, folders')),
    ...examineSessions(directory, countProgress({ note }, 'looking who waits, episodes')),
    ...examineRights(directory),
  );
  return { findings, segments };
}

/** Who looks follows a link; who writes does not. */
function examineLink(directory: string): Finding[] {
  if (!lstatSync(directory).isSymbolicLink()) return [];
  return [
    {
      severity: 'attention',
      what: `${directory} is a link, through which nothing is written`,
      advice: `Name the folder that it leads to: --directory ${escapeForShell(realpathSync(directory))}`,
    },
  ];
}

/** The disk, on which it is heard what is opened. */
function telling(onFile: (path: string) => void): Disk {
  return {
    ...nodeDisk,
    open: (path, mode) => {
      onFile(path);
      return nodeDisk.open(path, mode);
    },
  };
}

/** Folders that are named as sessions are; a file of such a name is none of ours. */
function sessionFolders(directory: string): SessionId[] {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .filter(isSessionId);
}

interface Shown {
  file: string;
  /** The journal position that the document reflects. */
  position: number;
}

function shownPositions(directory: string, told: (done: number, of: number) => void): Shown[] {
  const documents = new Documents({ directory, disk: nodeDisk });
  const all = [
    { file: 'state.json', read: () => documents.readState() },
    ...sessionFolders(directory).map((id) => ({
      file: `${id}/session.json`,
      read: () => documents.readSession(id),
    })),
  ];
  return all.flatMap(({ file, read }, index): Shown[] => {
    told(index, all.length);
    const position = isFile(join(directory, file)) ? read()?.showrunner?.position : undefined;
    return position === undefined ? [] : [{ file, position }];
  });
}

/** A journal that was cut off at a line's end is whole as far as it goes: only the documents know that there was more. */
function examineEnd(shown: readonly Shown[], segments: Inspection['segments']): Finding[] {
  const last = segments.at(-1);
  const end = last ? last.start + last.bytes : 0;
  return shown
    .filter(({ position }) => position > end)
    .map(({ file, position }) => ({
      severity: 'damage',
      what: `${file} reflects the journal up to ${position}, and the journal ends at ${end}: commits are missing`,
      advice:
        'Restore the journal folder from a backup. Without one, or in a copy of a production at work whose journal folder was copied first, delete this document: the production then opens as the journal has it, without those commits.',
    }));
}

function isFile(path: string): boolean {
  return nodeDisk.stat(path)?.kind === 'file';
}

function examineDocuments(directory: string, told: (done: number, of: number) => void): Finding[] {
  const files = ['state.json', ...sessionFolders(directory).map((id) => `${id}/session.json`)];
  return files.flatMap((file, index): Finding[] => {
    told(index, files.length);
    const path = join(directory, file);
    const kind = nodeDisk.stat(path)?.kind;
    if (kind === undefined) return [];
    if (kind !== 'file')
      return [
        {
          severity: 'attention',
          what: `${file} is not a plain file`,
          advice: 'Move it away: nothing can be written in its place. It is written again from the journal.',
        },
      ];
    return isTrusted(path)
      ? []
      : [
          {
            severity: 'note',
            what: `${file} was edited or is torn`,
            advice: 'Nothing to do: it is written again from the journal.',
          },
        ];
  });
}

function isTrusted(path: string): boolean {
  const bytes = nodeDisk.readFile(path);
  return bytes !== undefined && unseal(bytes) !== undefined;
}

function examineLeftovers(directory: string, told: (done: number, of: number) => void): Finding[] {
  const sessions = sessionFolders(directory);
  const leftovers = [directory, join(directory, 'journal')].flatMap(temporaryIn);
  for (const [index, id] of sessions.entries()) {
    told(index, sessions.length);
    const folder = join(directory, id);
    leftovers.push(
      ...temporaryIn(folder),
      ...phaseNames.flatMap((phase) => leftoversIn(join(folder, phase))),
    );
  }
  if (leftovers.length === 0) return [];
  return [
    {
      severity: 'note',
      what: `${leftovers.length} temporary file(s) of interrupted writes, such as ${leftovers[0] ?? ''}`,
      advice:
        'They may be removed while no process is at work; those in the folder of a phase are removed when it is worked on again.',
    },
  ];
}

/** Redo files whose lines do not follow from the journal (docs/decisions/redo-files.md). */
function examinePutAside(journal: string): Finding[] {
  return readdirSync(journal)
    .filter((name) => name.startsWith('aside-redo-'))
    .map((name) => ({
      severity: 'note',
      what: `${join(journal, name)} has lines that do not follow from this journal: it was copied here, the journal was restored from an older copy, or it could not be read`,
      advice: 'Nothing reads it. Keep it if commits are missing; else it may be removed.',
    }));
}

function temporaryIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('.tmp-'))
    .map((name) => join(folder, name));
}

/** Whoever may write a folder may change all that is in it: checksums are no signatures. */
function examineRights(directory: string): Finding[] {
  return [directory, join(directory, 'journal')].flatMap((folder): Finding[] => {
    const others = writableByOthers(folder);
    if (others === undefined) return [];
    const who = others === 'everybody' ? 'everybody on this machine' : 'a group of other users';
    return [
      {
        severity: 'attention',
        what: `${who} may write ${folder} and change what is in it`,
        advice: `Keep it for those you trust: chmod ${others === 'everybody' ? 'o-w' : 'g-w'} ${escapeForShell(folder)}`,
      },
    ];
  });
}

/** What waits for a person, as the session documents show it. */
function examineSessions(directory: string, told: (done: number, of: number) => void): Finding[] {
  const documents = new Documents({ directory, disk: nodeDisk });
  const timeZone = isFile(join(directory, 'state.json'))
    ? parsePolicy(documents.readState()?.showrunner?.policy).timeZone
    : 'UTC';
  return sessionFolders(directory)
    .filter((id) => isFile(join(directory, id, 'session.json')))
    .flatMap((id, index, all) => {
      told(index + 1, all.length);
      const document = documents.readSession(id);
      return document ? waiting({ directory, id }, document, timeZone) : [];
    });
}

function waiting(
  { directory, id }: { directory: string; id: SessionId },
  { showrunner }: SessionDocument,
  timeZone: string,
): Finding[] {
  const { snapshot, machine } = showrunner;
  const persisted = decodeShown({ persisted: snapshot, version: machine.version });
  if (!persisted) return [];
  const episode = rehydrate(persisted);
  const now = (): string => new Date().toISOString();
  const wait = waitOf(statusOf(episode.value), episode.context, { now: now(), timeZone });
  const needs = needsHere({ directory, now }, episode).map(({ text, next }): Finding => ({
    severity: 'attention',
    what: `${id}: ${text}`,
    advice: next.join(', or '),
  }));
  const isEnded = ['complete', 'archived'].includes(statusOf(episode.value));
  const near = (isEnded ? [] : episodeWarnings(episode.context)).map(({ text }): Finding => ({
    severity: 'note',
    what: `${id}: ${text}`,
    advice: `showrunner budget ${id}`,
  }));
  const guessed = episodeEstimates(episode.context).map(({ text, next }): Finding => ({
    severity: 'note',
    what: `${id}: ${text}`,
    advice: next.join(', or '),
  }));
  const time: Finding[] =
    wait === null
      ? []
      : [{ severity: 'note', what: `${id}: ${wait.text}`, advice: `showrunner resume ${id}` }];
  return [...needs, ...time, ...near, ...guessed];
}
