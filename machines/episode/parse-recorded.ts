import { parsePlainly } from '../parse-plainly.js';
import { plainly } from '../plain.js';
import { EpisodeCreated, parseEvent, schemaOf, type RecordedEvent } from './events.js';

/**
 * Checks an event as the journal records it; the schemas are made only when it is not plain. `where` is what it is called in an error.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function parseRecorded(input: unknown, where?: string): RecordedEvent {
  const type = (input as { type?: unknown } | null)?.type;
  if (type === 'episode.created')
    return parsePlainly('event episode.created', () => EpisodeCreated, input, where);
  const plain = plainly(`event ${String(type)}`, input, () => schemaOf(type));
  return plain === undefined ? parseEvent(input) : (plain as RecordedEvent);
}
