import type { StudioEvent } from '../../api.js';
import { request } from './client.js';

/**
 * Reads the server's events until the stream ends or the signal aborts. `EventSource` cannot send the token's header, so this reads
 * a fetch instead. `heard` is called for everything that arrives, also for the server's signs of life.
 */
export async function readEvents(
  since: number | null,
  on: { event(event: StudioEvent): void; heard(): void },
  signal: AbortSignal,
): Promise<void> {
  const response = await request(since === null ? '/api/events' : `/api/events?since=${since}`, {
    signal,
    headers: { accept: 'text/event-stream' },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    on.heard();
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = dataOf(block);
      if (data !== '') on.event(JSON.parse(data) as StudioEvent);
    }
  }
}

function dataOf(block: string): string {
  return block
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
}
