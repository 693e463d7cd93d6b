import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { episodeStatus, type EpisodeSnapshot, type SessionId } from '../../machines/index.js';
import type { PersonWait } from '../reports/index.js';
import type { NeedKind } from '../shapes/index.js';

/** What a person is told of an episode that waits for him. As JSON on a command's standard input. */
export interface PersonNotice {
  /** The same whenever it is tried again; another for each reminder. */
  id: string;
  /** The production's directory: what the commands take as `--directory`. */
  directory: string;
  sessionId: SessionId;
  episodeNumber: number;
  topic: string;
  status: string;
  need: NeedKind;
  /** One line for people: what it waits for. */
  text: string;
  reason: string | null;
  /** ISO-8601 UTC. */
  since: string;
  /** When it is decided without an answer; null where it waits for ever. */
  deadline: string | null;
  /** 0 for the first notice of a wait. */
  reminder: number;
  /** Which answers there are, each with the command that gives it; `<…>` and `"…"` are for the person to fill in. */
  answers: { answer: string; command: string }[];
}

/** Tells a person: a function, or a command and its arguments, which no shell reads. Whatever it throws, and an exit that is not 0, is tried again. */
export type Notify = ((notice: PersonNotice) => unknown) | readonly [string, ...string[]];

export function personNotice(
  snapshot: EpisodeSnapshot,
  { id, since, need }: PersonWait,
  { number, directory }: { number: number; directory: string },
): PersonNotice {
  const { sessionId, episodeNumber, topic, operations } = snapshot.context;
  const asked = Object.values(operations).find(({ question, at }) => question && at === since)?.question;
  const choices = need.need === 'question' ? asked?.choices : undefined;
  return {
    id: `${sessionId}/${id}${number === 1 ? '' : `#${number}`}`,
    directory,
    sessionId: sessionId as SessionId,
    episodeNumber,
    topic,
    status: episodeStatus(snapshot),
    need: need.need,
    text: need.text,
    reason: need.reason,
    since,
    deadline: need.deadline ?? null,
    reminder: number - 1,
    answers: need.next.map((command, index) => ({
      answer: choices?.[index] ?? command.split(' ')[1] ?? command,
      command,
    })),
  };
}

const longestMs = 30_000;
const longestComplaint = 300;
/** How long a command that has failed may still say why. */
const complaintMs = 1000;

/** How long whoever tells has until another may try. */
export const leaseMs = 2 * longestMs;

/** @throws Error where the person was not told, as far as anybody knows. */
export async function tell(notify: Notify, notice: PersonNotice): Promise<void> {
  const signal = AbortSignal.timeout(longestMs);
  if (typeof notify !== 'function') return run(notify, notice, signal);
  const tooLong = once(signal, 'abort').then(() => {
    throw new Error(`it took longer than ${longestMs / 1000} s`);
  });
  tooLong.catch(() => {});
  await Promise.race([Promise.resolve(notify(structuredClone(notice))), tooLong]);
}

async function run(
  [command, ...words]: readonly [string, ...string[]],
  notice: PersonNotice,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(command, words, { stdio: ['pipe', 'ignore', 'pipe'], signal, killSignal: 'SIGKILL' });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-longestComplaint);
  });
  // Whoever needs no words reads none.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(notice)}\n`);
  // What it has left running may hold its standard error for long: how it ended itself is what counts.
  const [code, by] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) await Promise.race([once(child, 'close'), sleep(complaintMs)]);
  child.stderr.destroy();
  if (code === 0) return;
  throw new Error(
    `${command} ended with ${code ?? by ?? 'nothing'}${complaint.trim() ? `: ${complaint.trim()}` : ''}`,
  );
}
