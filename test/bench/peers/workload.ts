export const phases = ['research', 'script', 'audio'] as const;
export type Phase = (typeof phases)[number];

/** One durable step of an episode's work. Amounts are micro-dollars. */
export type Step =
  | { kind: 'create'; number: number; topic: string }
  | { kind: 'start'; phase: Phase }
  | { kind: 'cost'; phase: Phase; operation: string; amount: number }
  | { kind: 'checkpoint'; phase: Phase; name: string; data: Notes }
  | { kind: 'complete'; phase: Phase }
  | { kind: 'archive' };

export interface Notes {
  notes: string;
}

/** What a resume has to know: where an episode stands, what it has spent, and the newest data that it saved. */
export interface Standing {
  status: string;
  spent: number;
  data: Notes | null;
}

/** An episode, and the name its store knows it by. */
export interface Episode {
  number: number;
  id: string;
}

/** A store under measurement. */
export interface Store {
  /** Does an episode's steps in order, each durable (as far as the contender promises it) before the next; gives how many it did. */
  run(episode: Episode, from: number, to: number, mayGoOn: () => boolean): Promise<number>;
  read(id: string): Promise<Standing>;
  close(): Promise<void>;
}

export interface Contender {
  title: string;
  /** Whether a step that was acknowledged survives a power cut. */
  synced: boolean;
  /** How long half a load may take before it is cut short; without it, as long as it takes. */
  longestHalfMs?: number;
  open(directory: string): Promise<Store>;
}

export const costAmount = 1500;
/** After the script's checkpoint, before the script is complete: here the process ends, and another resumes. */
export const midway = 14;

const words =
  'a host asks what the bees do in winter and the guest answers that they keep each other warm while '.split(
    ' ',
  );

/** Eight kilobytes of JSON that differ from one checkpoint to the next. */
function notesFor(number: number, phase: Phase): Notes {
  let notes = `${phase} of episode ${number}:`;
  for (let index = number; notes.length < 8180; index += 7) notes += ` ${words[index % words.length]}`;
  return { notes: notes.slice(0, 8192 - '{"notes":""}'.length) };
}

const planned = new Map<number, Step[]>();

/** An episode's steps, made once, so that making them is nobody's cost. */
export function stepsOf(number: number): Step[] {
  const steps = planned.get(number) ?? plan(number);
  planned.set(number, steps);
  return steps;
}

/** An episode: 8 transitions, 12 costs, 3 checkpoints of 8 KB. */
function plan(number: number): Step[] {
  return [
    { kind: 'create', number, topic: `Benchmark episode ${number}` },
    ...phases.flatMap((phase): Step[] => [
      { kind: 'start', phase },
      ...Array.from({ length: 4 }, (_, index): Step => ({
        kind: 'cost',
        phase,
        operation: `query_${index}`,
        amount: costAmount,
      })),
      { kind: 'checkpoint', phase, name: `${phase}_notes`, data: notesFor(number, phase) },
      { kind: 'complete', phase },
    ]),
    { kind: 'archive' },
  ];
}

export const stepsPerEpisode = stepsOf(1).length;

/** The status that a transition leads to; the same for every contender. */
export function statusAfter(step: Step, before: string): string {
  if (step.kind === 'create') return 'initialized';
  if (step.kind === 'archive') return 'archived';
  if (step.kind === 'start') return step.phase;
  if (step.kind === 'complete') return step.phase === 'audio' ? 'complete' : before;
  return before;
}

/** Where an episode has to stand after its first `done` steps. */
export function standingAfter(number: number, done: number): Standing {
  return stepsOf(number)
    .slice(0, done)
    .reduce<Standing>(
      ({ status, spent, data }, step) => ({
        status: statusAfter(step, status),
        spent: step.kind === 'cost' ? spent + step.amount : spent,
        data: step.kind === 'checkpoint' ? step.data : data,
      }),
      { status: '', spent: 0, data: null },
    );
}

/** Runs an episode on a store that takes one step at a time. */
export async function runSteps(
  episode: Episode,
  from: number,
  to: number,
  mayGoOn: () => boolean,
  apply: (step: Step) => void | Promise<void>,
): Promise<number> {
  let done = 0;
  for (const step of stepsOf(episode.number).slice(from, to)) {
    if (!mayGoOn()) break;
    await apply(step);
    done += 1;
  }
  return done;
}
