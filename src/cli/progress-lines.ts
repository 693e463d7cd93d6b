import colors from 'picocolors';
import { escapeForTerminal } from '../../machines/escape.js';
import type { Progress } from '../crew/produce.js';
import type { Context } from './command.js';

const barWidth = 24;
const stepPercent = 10;
const linesEveryMs = 10_000;

/** Progress on standard error: one moving line on a terminal, a line for every tenth otherwise. */
export function progressLines(
  { note }: Context,
  several: boolean,
): { show: (progress: Progress) => void; end: () => void } {
  const isTerminal = process.stderr.isTTY && !several;
  const shown = new Map<string, number>();
  let isOpen = false;
  const end = (): void => {
    if (isOpen) process.stderr.write('\n');
    isOpen = false;
  };
  const show = ({ sessionId, phase, fraction, message }: Progress): void => {
    const percent = Math.floor(fraction * 100);
    const key = `${sessionId} ${phase}`;
    if (isTerminal) {
      if (!shown.has(key)) end();
      const filled = Math.round(fraction * barWidth);
      moveLine(
        `${phase.padEnd(9)}${colors.cyan('█'.repeat(filled))}${'░'.repeat(barWidth - filled)} ${String(percent).padStart(3)}%  ${escapeForTerminal(message).slice(0, 60)}`,
      );
      isOpen = true;
    } else if (isTold(percent, shown.get(key))) {
      note(
        `${several ? `${sessionId} ` : ''}${phase.padEnd(9)}${String(percent).padStart(3)}%  ${escapeForTerminal(message)}`,
      );
    } else return;
    shown.set(key, percent);
  };
  return { show, end };
}

/** One thing that takes long, told again and again in other words: one moving line on a terminal, a line every ten seconds otherwise. */
export function waitingLine({ note }: Pick<Context, 'note'>): {
  show: (words: string) => void;
  end: () => void;
} {
  let toldAt = -Infinity;
  let isOpen = false;
  return {
    show(words) {
      const said = escapeForTerminal(words);
      if (process.stderr.isTTY) {
        moveLine(said);
        isOpen = true;
      } else if (performance.now() - toldAt >= linesEveryMs) {
        note(said);
        toldAt = performance.now();
      }
    },
    end() {
      if (isOpen) process.stderr.write('\n');
      isOpen = false;
    },
  };
}

/** A line that wraps would not be cleared as a whole: it ends at the edge instead. */
function moveLine(text: string): void {
  process.stderr.write(`\r\u001b[2K\u001b[?7l${text}\u001b[?7h`);
}

/** Each tenth, and the end. */
function isTold(percent: number, before = -stepPercent): boolean {
  return percent >= before + stepPercent || (percent === 100 && before < percent);
}
