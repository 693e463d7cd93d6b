import type { ProductionStateManager } from '../manager/manager.js';
import type { Notify } from '../manager/notify.js';
import type { LogAddress } from './log-address.js';

/** What a command gives back: an object for `--json`, a text for people, and how the process ends. */
export interface Result {
  /** Left out by what has printed its own while it ran, and where only the text is asked for. */
  json?: object;
  text: string;
  exit?: number;
}

export interface Context {
  /** The production's directory, absolute. */
  directory: string;
  /** What has files a second time, for other machines: a folder, or `s3://bucket/prefix`. */
  artifacts: string | undefined;
  /** Where the log is that carries the production; undefined where the directory's own files do. */
  log: LogAddress | undefined;
  json: boolean;
  /** Who acts, for the record. */
  by: string;
  /**
   * The production, opened when first asked for and closed when the command is over; made where there is none only with `make`.
   * @throws ProductionError `production_missing`.
   */
  open(options?: {
    readOnly?: boolean;
    /** Only looks: where the log cannot be reached, the copy answers, and its age is told. What is `readOnly` does so too. */
    looks?: boolean;
    make?: boolean;
    /** What `--notify` said. */
    notify?: Notify | undefined;
  }): Promise<ProductionStateManager>;
  /** Whether the directory has everything that the log has, or all that can be had where the log cannot be reached: then documents may answer. */
  isCurrent(): Promise<boolean>;
  /** A line for people on standard error: progress and notes. */
  note(text: string): void;
  /** Aborted by Ctrl-C and SIGTERM, once a command has asked for it. Those that do not ask are ended at once: nothing on disk minds. */
  signal: AbortSignal;
}

export type Options = Record<string, string | boolean | undefined>;

export type Run = (context: Context, args: string[], options: Options) => Promise<Result>;

/** A command's face: all that help needs. Its work is loaded when it is run. */
export interface Command {
  name: string;
  group: 'Look' | 'Produce' | 'Steer' | 'Money' | 'Repair' | 'Keep';
  summary: string;
  /** Arguments as commander writes them: `<episode> [name]`. */
  usage: string;
  options: readonly (readonly [flags: string, description: string])[];
  example: string;
  /** `quick` does without the schemas and the charts; what `stays` goes on working, and whatever makes a step faster is worth a later start to it. */
  pace?: 'quick' | 'stays';
  load: () => Promise<{ run: Run }>;
}
