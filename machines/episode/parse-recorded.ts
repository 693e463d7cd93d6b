import { plainly } from '../plain.js';
import { EpisodeCreated, parseEvent, schemaOf, type RecordedEvent } from './events.js';
import { invalidInput } from './invalid-input.js';

/**
 * Checks an event as the journal records it; the schemas are made only when it is not plain. `where` is what it is called in an error.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function parseRecorded(input: unknown, where?: string): RecordedEvent {
  const type = (input as { type?: unknown } | null)?.type;
  const plain = plainly(`event ${String(type)}`, input, () => schemaOf(type));
  if (plain !== undefined) return plain as RecordedEvent;
  if (type !== 'episode.created') return parseEvent(input);
  const checked = EpisodeCreated.safeParse(input);
  if (checked.success) return checked.data;
  throw invalidInput(checked.error, where);
}
