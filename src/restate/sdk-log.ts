import { escapeForTerminal } from '../../machines/escape.js';
import { makeRedactor } from '../../machines/index.js';

/** What of the SDK's (1.17) a line of its log is about. */
interface Told {
  level: string;
  replaying: boolean;
  context?: { invocationTarget: string };
}

const longest = 500;
const redactor = makeRedactor();
const levels = new Set(['warn', 'error']);

/**
 * The SDK's log on standard error, a line for each thing: its own writes keys, which anybody who reaches the ingress chooses, to the terminal as they are, with secrets and stacks. Hundreds of
 * invocations a second are not told of.
 */
export function sdkLog({ level, replaying, context }: Told, ...said: unknown[]): void {
  if (replaying || !levels.has(level)) return;
  const words = said.map((each) => (each instanceof Error ? each.message : String(each)).trim()).join(' ');
  const line = `[restate] ${level} ${context?.invocationTarget ?? ''}: ${words}`;
  process.stderr.write(`${escapeForTerminal(redactor.message(line.slice(0, longest)))}\n`);
}
