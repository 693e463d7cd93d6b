import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EpisodeEvent, SessionId } from '../../machines/index.js';
import { Documents } from '../../src/documents/index.js';
import { nodeDisk } from '../../src/disk/index.js';
import { eventText, saveCheckpointPayload } from '../../src/record/payload.js';

// Nothing is written: these payloads go into the event.
const documents = new Documents({ directory: 'nowhere', disk: nodeDisk });
const sessionId = 'ep_001_20250903_143022' as SessionId;

async function saving(data: string): Promise<EpisodeEvent> {
  const checkpoint = await saveCheckpointPayload(documents, sessionId, {
    name: 'notes',
    next: null,
    data,
    artifacts: [{ path: 'research/a.txt', sha256: 'ab'.repeat(32), bytes: 3 }],
  });
  return { type: 'checkpoint.save', at: '2025-09-03T14:30:22.000Z', phase: 'research', checkpoint };
}

describe("an event's text", () => {
  test('given any data of a checkpoint, as one line or as a person would write it, when its event is written, then it is one line that says the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(undefined, 2), async (data, indent) => {
        const event = await saving(JSON.stringify(data, undefined, indent));
        const text = eventText(event);
        expect(text).not.toContain('\n');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(event)));
      }),
      { numRuns: 500 },
    );
  });

  test('given an event without a payload, when it is written, then it is as JSON has it', () => {
    const event: EpisodeEvent = { type: 'episode.archive', at: '2025-09-03T14:30:22.000Z', reason: 'out' };
    expect(eventText(event)).toBe(JSON.stringify(event));
  });
});
