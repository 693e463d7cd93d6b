import { hash } from 'node:crypto';
import type { ArtifactRef, Documents } from '../documents/index.js';
import { unlikeJson } from './unlike-json.js';
import {
  ProductionError,
  type CheckpointRef,
  type PhaseName,
  type RecordedEvent,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';

/** What a checkpoint keeps beside the snapshot. */
export interface CheckpointPayload {
  data: unknown;
  artifacts: ArtifactRef[];
}

// Below this an own file costs more than carrying the payload in the journal line (measured; docs/decisions/payload-files.md).
const largestInline = 64 * 1024;
const largestPayload = 100 * 1024 * 1024;

/** JSON text of data from outside. What JSON cannot carry, or would change, is refused by name: what is read back must be what was given. */
export function toJson(data: unknown, field: string): string {
  try {
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError('it is undefined or a function');
    const unlike = unlikeJson(data);
    if (unlike)
      throw new TypeError(
        `${field}${unlike.path} is ${unlike.what}, which would come back as something else; give plain values`,
      );
    if (Buffer.byteLength(text) > largestPayload) throw new TypeError('it is above 100 MB of JSON');
    return text;
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `${field}: cannot be kept as JSON: ${(error as Error).message}.`,
      { field, cause: error },
    );
  }
}

/** A copy, as the journal has it. */
export function asRecorded<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** JSON text of what a checkpoint is to keep, as it is now: whoever gave it may change it later. */
export function checkpointData(data: unknown): string {
  return toJson(data ?? null, 'data');
}

/** Puts a checkpoint's payload where it belongs, durably, before the commit that refers to it. `data` is its JSON text. */
export async function saveCheckpointPayload(
  documents: Documents,
  sessionId: SessionId,
  checkpoint: { name: string; next: PhaseName | null; data: string; artifacts: ArtifactRef[] },
): Promise<SavedCheckpoint> {
  const { name, next, data, artifacts } = checkpoint;
  const text = `{"data":${data},"artifacts":${JSON.stringify(artifacts)}}`;
  const bytes = Buffer.byteLength(text);
  if (bytes >= largestInline) {
    const saved = await documents.writePayload(sessionId, name, text);
    return { name, next, ...saved };
  }
  const sha256 = sha256Of(text);
  const payload = JSON.parse(text) as object;
  // What would not stand in one line is written anew.
  if (!text.includes('\n')) texts.set(payload, text);
  return { name, next, sha256, bytes, file: null, payload };
}

const texts = new WeakMap<object, string>();

/** An event's JSON. A checkpoint's payload is the greatest part of one by far: the text that it was made from stands in it as it is. */
export function eventText(event: RecordedEvent): string {
  const saved = 'checkpoint' in event ? event.checkpoint : undefined;
  const text = isObject(saved?.payload) ? texts.get(saved.payload) : undefined;
  if (!saved || text === undefined) return JSON.stringify(event);
  const { payload: _payload, ...reference } = saved;
  const { checkpoint: _checkpoint, ...rest } = event as RecordedEvent & { checkpoint: unknown };
  return `${open(rest)},"checkpoint":${open(reference)},"payload":${text}}}`;
}

/** Once an event has been written, its payload's text is not needed again. */
export function forgetText(payload: unknown): void {
  if (isObject(payload)) texts.delete(payload);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The JSON of an object that more follows in. */
function open(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}

function sha256Of(text: string): string {
  return hash('sha256', text);
}

/** Whether this is the payload that was saved. */
export function isPayload(text: string, ref: Pick<CheckpointRef, 'sha256'>): boolean {
  return sha256Of(text) === ref.sha256;
}

/** A payload read back and checked against its reference. */
export function parsePayload(text: string, ref: CheckpointRef): CheckpointPayload {
  const sha256 = sha256Of(text);
  if (sha256 !== ref.sha256)
    throw new ProductionError(
      'artifact_invalid',
      `the checkpoint's payload was altered: its SHA-256 is ${sha256}, recorded is ${ref.sha256}.`,
    );
  return JSON.parse(text) as CheckpointPayload;
}
