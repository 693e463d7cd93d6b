import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  completionName,
  ProductionError,
  phaseNames,
  type PhaseName,
  isSessionId,
  type SessionId,
} from '../../machines/index.js';
import {
  errorCode,
  makeDirectory,
  makeDurableDirectories,
  makeDurableDirectory,
  makeNewDirectory,
  type Disk,
} from '../disk/index.js';
import type { ArtifactStore } from '../artifacts/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { linkFile, refuseLink, replaceFile, unavailable, type SeeJournal } from './durable-file.js';
import { readHere } from './lies-here.js';
import type { ArtifactRef } from './artifact-ref.js';
import { KeptFiles } from './kept-files.js';
import {
  copyManifest,
  artifactNames,
  manifestDifferences,
  readManifest,
  verifyManifest,
} from './manifest.js';
import { SealedJson, readDocument, writeDocument } from './sealed-json.js';
import { sessionPath } from './session-paths.js';
import { CheckpointDocument, MonthDocument, SessionDocument, StateDocument } from './shapes.js';
import { stateText } from './state-text.js';

/** Of archived episodes so many are kept in memory for who asks again, a kilobyte each. */
const mostEpisodesKept = 20_000;

/** A payload in a file of its own: path inside the session's folder, hash and size of its JSON text. */
export interface PayloadFile {
  file: string;
  sha256: string;
  bytes: number;
}

/** The files that show what the journal says (docs/decisions/documents-are-views.md). Each can be deleted and is made again. */
export class Documents {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #seeJournal: SeeJournal | undefined;
  readonly #kept: KeptFiles | undefined;
  /** Sessions whose folder, and those of its phases, have been made. */
  readonly #prepared = new Set<SessionId>();
  /** Sessions whose folder, and those of its phases, are on disk. */
  readonly #durable = new Set<SessionId>();
  readonly #archived = new Map<string, { stamp: string; sessions: Record<string, number> }>();
  readonly #episodes = new Map<string, { stamp: string; episodes: readonly EpisodeState[] }>();

  /** Who writes gives what throws where the journal is no longer the one that the documents show. */
  constructor({
    directory,
    disk,
    seeJournal,
    artifacts,
  }: {
    directory: string;
    disk: Disk;
    seeJournal?: SeeJournal | undefined;
    /** Has files a second time, for other machines. */
    artifacts?: ArtifactStore | undefined;
  }) {
    this.#directory = directory;
    this.#disk = disk;
    this.#seeJournal = seeJournal;
    if (artifacts) this.#kept = new KeptFiles({ store: artifacts, disk, directory, seeJournal });
  }

  /** Undefined when it is missing or cannot be trusted, and has to be rebuilt from the journal. */
  readState(): StateDocument | undefined {
    return readDocument(this.#state());
  }

  writeState(document: StateDocument): Promise<void> {
    return writeDocument(this.#state(), document);
  }

  #state(): SealedJson<StateDocument> {
    return new SealedJson(this.#disk, join(this.#directory, 'state.json'), {
      schema: () => StateDocument,
      shape: 'state',
      render: stateText,
      seeJournal: this.#seeJournal,
    });
  }

  readSession(sessionId: SessionId): SessionDocument | undefined {
    const document = readDocument(this.#session(sessionId));
    return document?.session_id === sessionId ? document : undefined;
  }

  /** Without a sync: a power cut may leave it torn, which readers notice and repair. No other one of the session may be under way. */
  async writeSession(sessionId: SessionId, document: SessionDocument): Promise<void> {
    this.prepareSession(sessionId);
    await this.#attempt(sessionId, () => writeDocument(this.#session(sessionId), document));
  }

  #session(sessionId: SessionId): SealedJson<SessionDocument> {
    return new SealedJson(this.#disk, this.#path(sessionId, 'session.json'), {
      schema: () => SessionDocument,
      shape: 'session',
      durability: 'rebuildable-later',
      seeJournal: this.#seeJournal,
    });
  }

  hasSession(sessionId: SessionId): boolean {
    return this.#typed(
      sessionId,
      () => this.#disk.stat(join(this.#directory, sessionId, 'session.json')) !== undefined,
    );
  }

  /** Whether anything has the session's name already: its folder is made before or right after its first commit. */
  /** The sessions whose folders are there. */
  sessionFolders(): SessionId[] {
    return this.#disk.list(this.#directory).filter(isSessionId);
  }

  hasFolder(sessionId: SessionId): boolean {
    return this.#typed(sessionId, () => this.#disk.stat(join(this.#directory, sessionId)) !== undefined);
  }

  /** Makes the session's folder for whoever comes first; false for everybody else. */
  claimFolder(sessionId: SessionId): boolean {
    return this.#typed(sessionId, () => {
      try {
        this.#disk.makeDirectory(join(this.#directory, sessionId));
        return true;
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false;
        throw error;
      }
    });
  }

  /**
   * Shows a checkpoint under its own name, and in its phase's folder where it `isNewest`: no later one of the phase is about to be shown. Both are
   * one file with two names. Without a sync: a power cut may leave it torn, which readers notice and repair.
   */
  async writeCheckpoint(sessionId: SessionId, document: CheckpointDocument, isNewest = true): Promise<void> {
    this.prepareSession(sessionId);
    const ofPhase = `${document.phase}/checkpoint.json`;
    const own = checkpointPath(document.name);
    if (own !== ofPhase) makeDirectory(this.#disk, join(this.#directory, sessionId, 'checkpoints'));
    // Its own name comes last: whoever finds it there need not look at the other.
    await this.#attempt(sessionId, async () => {
      await writeDocument(this.#checkpoint(sessionId, isNewest ? ofPhase : own), document);
      if (isNewest && own !== ofPhase)
        linkFile(this.#disk, this.#path(sessionId, ofPhase), this.#path(sessionId, own), this.#seeJournal);
    });
  }

  readCheckpoint(sessionId: SessionId, which: PhaseName | { name: string }): CheckpointDocument | undefined {
    const path = typeof which === 'string' ? `${which}/checkpoint.json` : checkpointPath(which.name);
    return readDocument(this.#checkpoint(sessionId, path));
  }

  #checkpoint(sessionId: SessionId, path: string): SealedJson<CheckpointDocument> {
    return new SealedJson(this.#disk, this.#path(sessionId, path), {
      schema: () => CheckpointDocument,
      durability: 'rebuildable',
      seeJournal: this.#seeJournal,
    });
  }

  /** Keeps JSON text in a file named for its content, durably, before a commit refers to it. */
  async writePayload(sessionId: SessionId, name: string, json: string): Promise<PayloadFile> {
    const bytes = Buffer.from(json);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = `checkpoints/${name}-${sha256.slice(0, 12)}.json`;
    const path = this.#path(sessionId, file);
    this.#seeThatItIsThere();
    this.#makeDurable(sessionId);
    makeDurableDirectory(this.#disk, join(this.#directory, sessionId, 'checkpoints'));
    replaceFile(this.#disk, path, [bytes], { seeJournal: this.#seeJournal });
    await this.keep(sessionId, [{ path: file, sha256, bytes: bytes.length }]);
    return { file, sha256, bytes: bytes.length };
  }

  /** @throws ProductionError `artifact_invalid` when the file is missing or altered. */
  readPayload(sessionId: SessionId, { file, sha256 }: PayloadFile): string {
    const path = this.#path(sessionId, file);
    const bytes = this.#read(path);
    if (bytes && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes.toString('utf8');
    throw new ProductionError(
      'artifact_invalid',
      `${sessionId}/${file} is ${bytes ? 'altered' : 'missing'}; restore the file from a backup (in a copy of a production at work, copy the session folder again, after the journal folder), or do the phase again.`,
      { sessionId },
    );
  }

  /** The text of a payload that only the store has; undefined where it is here, or nowhere. Writes nothing. */
  async payloadElsewhere(
    sessionId: SessionId,
    { file, sha256, bytes }: PayloadFile,
  ): Promise<string | undefined> {
    if (!this.#kept || this.#disk.stat(this.#path(sessionId, file))) return undefined;
    return this.#kept.text(sessionId, { path: file, sha256, bytes });
  }

  #read(path: string): Buffer | undefined {
    try {
      refuseLink(this.#disk, path);
      return readHere(this.#disk, path);
    } catch (error) {
      throw unavailable(path, error);
    }
  }

  async manifest(sessionId: SessionId, phase: PhaseName): Promise<ArtifactRef[]> {
    const folder = join(this.#directory, sessionId, phase);
    const names = this.#typed(`${sessionId}/${phase}`, () => artifactNames(this.#disk, folder));
    if (names?.length === 0) return [];
    // Only now: the listing must not have gone through a link.
    this.#path(sessionId, `${phase}/x`);
    const entries = await this.#typedLater(
      `${sessionId}/${phase}`,
      readManifest(this.#disk, this.#directory, sessionId, phase, names),
    );
    if (entries.length > 0) this.#makeDurable(sessionId);
    await this.keep(sessionId, entries);
    return entries;
  }

  /** Has the store keep files that are here, where there is a store; before the commit that refers to them. */
  async keep(sessionId: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    await this.#kept?.keep(sessionId, entries);
  }

  /** Whether files that are missing here may be somewhere else. */
  get hasStore(): boolean {
    return this.#kept !== undefined;
  }

  /** Brings files that are missing here from the store, where there is one. */
  async restore(sessionId: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    if (this.#kept) await this.#typedLater(sessionId, this.#kept.restore(sessionId, entries));
  }

  async verifyManifest(sessionId: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    await this.restore(sessionId, entries);
    return this.#typedLater(sessionId, verifyManifest(this.#disk, this.#directory, sessionId, entries));
  }

  /** How a phase's folder differs from what was recorded of it. @see manifestDifferences */
  differences(
    sessionId: SessionId,
    phase: PhaseName,
    entries: readonly ArtifactRef[],
    onFile: (path: string) => void,
  ): Promise<string[]> {
    const kept = this.#kept;
    const elsewhere = kept && ((entry: ArtifactRef) => kept.differenceOf(sessionId, entry));
    return manifestDifferences(
      { disk: this.#disk, directory: this.#directory, elsewhere },
      { sessionId, phase, entries },
      onFile,
    );
  }

  copyArtifacts(from: SessionId, to: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    this.#seeThatItIsThere();
    this.#makeDurable(to);
    const place = { disk: this.#disk, directory: this.#directory, seeJournal: this.#seeJournal };
    return this.#typedLater(to, copyManifest(place, from, to, entries));
  }

  #path(sessionId: SessionId, path: string): string {
    return this.#typed(`${sessionId}/${path}`, () =>
      sessionPath(this.#disk, this.#directory, sessionId, path),
    );
  }

  #typed<Result>(what: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw unavailable(join(this.#directory, what), error);
    }
  }

  async #typedLater<Result>(what: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw unavailable(join(this.#directory, what), error);
    }
  }

  /** archive/2025-09.json. */
  async writeMonth(month: string, document: MonthDocument): Promise<void> {
    this.#seeThatItIsThere();
    makeDurableDirectory(this.#disk, join(this.#directory, 'archive'));
    await writeDocument(this.#month(month), document);
  }

  readMonth(month: string): MonthDocument | undefined {
    return readDocument(this.#month(month));
  }

  /** Journal positions of the sessions in a month's archive. Every new session asks, so an unchanged document is not parsed again. */
  archivedSessions(month: string): Record<string, number> | undefined {
    const stamp = this.#stampOf(month);
    const known = this.#archived.get(month);
    if (known && known.stamp === stamp) return known.sessions;
    const sessions = this.readMonth(month)?.showrunner.sessions;
    if (stamp !== undefined && sessions) this.#archived.set(month, { stamp, sessions });
    return sessions;
  }

  /** The episodes in a month's archive, not to be changed. An unchanged document is not parsed again, unless so many are kept already. */
  archivedEpisodes(month: string): readonly EpisodeState[] {
    const stamp = this.#stampOf(month);
    const known = this.#episodes.get(month);
    if (known && known.stamp === stamp) return known.episodes;
    this.#episodes.delete(month);
    const episodes = Object.values(this.readMonth(month)?.completed_episodes ?? {});
    const kept = [...this.#episodes.values()].reduce((sum, each) => sum + each.episodes.length, 0);
    if (stamp !== undefined && kept + episodes.length <= mostEpisodesKept)
      this.#episodes.set(month, { stamp, episodes });
    return episodes;
  }

  #stampOf(month: string): string | undefined {
    const info = this.#disk.stat(this.#monthPath(month));
    return info && `${info.ino} ${info.size} ${info.mtimeMs}`;
  }

  #monthPath(month: string): string {
    return join(this.#directory, 'archive', `${month}.json`);
  }

  #month(month: string): SealedJson<MonthDocument> {
    return new SealedJson(this.#disk, this.#monthPath(month), {
      schema: () => MonthDocument,
      seeJournal: this.#seeJournal,
    });
  }

  /** Makes the session's folder and its phases' folders. They are durable as soon as a commit may refer to what is in them. */
  prepareSession(sessionId: SessionId): void {
    if (this.#prepared.has(sessionId)) return;
    const folder = join(this.#directory, sessionId);
    makeNewDirectory(this.#disk, folder, () => this.#seeThatItIsThere());
    for (const phase of phaseNames) makeNewDirectory(this.#disk, join(folder, phase));
    this.#prepared.add(sessionId);
  }

  /** Writes into a session's folder. Should the folder have been removed, the next attempt makes it again. */
  async #attempt(sessionId: SessionId, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#prepared.delete(sessionId);
      throw error;
    }
  }

  /** Where the production was moved away from, no second one may begin. */
  #seeThatItIsThere(): void {
    if (this.#typed('', () => this.#disk.stat(this.#directory))?.kind === 'directory') return;
    throw new ProductionError(
      'journal_replaced',
      `the production's folder ${this.#directory} is gone: it was moved or removed. Nothing is written in its place. Put it back, or open the production where it is now.`,
      { field: 'directory' },
    );
  }

  #makeDurable(sessionId: SessionId): void {
    if (this.#durable.has(sessionId)) return;
    makeDurableDirectories(this.#disk, join(this.#directory, sessionId), phaseNames);
    this.#durable.add(sessionId);
  }
}

function checkpointPath(name: string): string {
  const phase = phaseNames.find((each) => name === completionName(each));
  return phase ? `${phase}/checkpoint.json` : `checkpoints/${name}.json`;
}
