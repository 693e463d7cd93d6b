/** A file of a session's, by what is in it. */
export interface KeptFile {
  /** Lower-case hexadecimal SHA-256 of the bytes. */
  sha256: string;
  /** Size in bytes. */
  bytes: number;
}

/**
 * Where the files of finished phases, and payloads that the journal only refers to, are kept a second time, named by what is in them, so that another
 * machine that takes an episode up has them (docs/distributed.md). Nothing in it is ever changed. Whoever reads checks what he gets: a store need not be trusted.
 */
export interface ArtifactStore {
  /** What people are told of it: `the folder /mnt/studio`. */
  readonly name: string;
  /**
   * Keeps the file at `path`; nothing is sent where the store has it. Durable when it resolves.
   * @throws Error when it cannot be kept, or when what stands at `path` is not what `file` says.
   */
  put(file: KeptFile, path: string): Promise<void>;
  /** The bytes, in pieces; undefined where the store has none of that name. */
  get(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  has(sha256: string): Promise<boolean>;
  /** Removes it, for a text that must be nowhere; nothing where there is none. */
  remove(sha256: string): Promise<void>;
}
