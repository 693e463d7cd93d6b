import { join } from 'node:path';
import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import { readPlainFile, replacePlainFile } from '../disk/index.js';

const largest = 200;
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\s*$/;

/** Where an episode keeps the span of its last run, so that a later one links to it from any process. */
const pathOf = (directory: string, sessionId: string): string => join(directory, sessionId, '.traceparent');

/** The span of an episode's last run, as W3C Trace Context writes it (`traceparent`); undefined where none is kept that can be read. */
export function lastRun(directory: string, sessionId: string): SpanContext | undefined {
  const found = readPlainFile(pathOf(directory, sessionId), { largest, within: directory });
  const match = 'refused' in found ? null : form.exec(found.bytes.toString('latin1'));
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return match && isSpanContextValid(context) ? context : undefined;
}

/** Keeps the span of a run. It is only a link: where it cannot be written, nothing else is wrong. */
export function keepRun(
  directory: string,
  sessionId: string,
  { traceId, spanId, traceFlags }: SpanContext,
): void {
  if (!isSpanContextValid({ traceId, spanId, traceFlags })) return;
  const text = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}\n`;
  try {
    replacePlainFile(pathOf(directory, sessionId), text, { within: directory });
  } catch {
    // A full disk, or an episode whose folder is in a backup.
  }
}
