import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleProcess } from '../support/bundle.js';
import { expectSurvived } from './expect-survived.js';
import { live, type Life } from './life.js';
import { calls, faultsOf, parsePoint, pointName, type Call, type Fault, type Point } from './point.js';

const only = process.env['SHOWRUNNER_CRASH_ONLY'];
/** Both errors at each call, and not one or the other in turn: SHOWRUNNER_CRASH_ALL=1, some two minutes more. */
const all = process.env['SHOWRUNNER_CRASH_ALL'] !== undefined;

/** What the engine does about an error is the same for both: of calls that can have either, every other one has this. */
function isItsTurn({ call, nth, fault }: Point): boolean {
  const isEither = faultsOf(call).includes('EIO') && faultsOf(call).includes('ENOSPC');
  if (all || !isEither || fault === 'KILL' || fault === 'LIE') return true;
  return (nth % 2 === 0) === (fault === 'EIO');
}

/** A life of the story in a folder of its own, which is removed when `look` is done. */
export async function inFolder<Result>(
  file: string,
  point: Point | undefined,
  look: (life: Life, directory: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-crash-'));
  try {
    const directory = join(folder, 'production');
    return await look(await live(file, directory, join(folder, 'trace'), point), directory);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only what is appended to the journal can be lied about: a payload that was never written cannot be got back by anyone. */
function canStrike(text: string, directory: string, fault: Fault): boolean {
  return text.includes(directory) && (fault !== 'LIE' || /\/journal\/\d+\.ndjson/.test(text));
}

const plannedLives = 3;

/**
 * Every call of the story that touches the production, with each fault that it can have. What only some lives have (a document more, where
 * the disk was slow) cannot be struck at will: several lives are looked at, and what all of them have counts.
 */
export async function planPoints(file: string, fault: Fault): Promise<Point[]> {
  const plans: Point[][] = [];
  for (let lives = 0; lives < plannedLives; lives += 1) plans.push(await planOfALife(file, fault));
  const [first = new Map<string, Point>(), ...others] = plans.map(
    (plan) => new Map(plan.map((point) => [pointName(point), point])),
  );
  return [...first.values()].filter((point) => others.every((plan) => plan.has(pointName(point))));
}

/** The points of one life: the next may have others, since the event loop writes now and then, and a slow disk makes a document more or less. */
export async function planOfALife(file: string, fault: Fault): Promise<Point[]> {
  return inFolder(file, undefined, async ({ trace, told }, directory) => {
    expect(told.at(-1)).toEqual({ ended: true });
    return trace.flatMap(({ call, nth, text }): Point[] => {
      if (!calls.includes(call as Call) || !canStrike(text, directory, fault)) return [];
      const fits = fault === 'LIE' ? call === 'write' : faultsOf(call as Call).includes(fault);
      return fits ? [{ call: call as Call, nth, fault }] : [];
    });
  });
}

/** Struck; or another call was hit, since the event loop writes to itself now and then, which moves the count; or no life had so many calls of the kind. */
type Outcome = 'struck' | 'missed' | 'not there';

/** Lives with a fault until it has struck the engine. */
async function strike(file: string, point: Point, attempts: number): Promise<Outcome> {
  let outcome: Outcome = 'not there';
  for (let tries = 0; tries < attempts; tries += 1) {
    const found = await inFolder(file, point, async (life, directory): Promise<Outcome> => {
      const hit =
        life.signal === 'SIGKILL'
          ? canStrike(life.trace.at(-1)?.text ?? '', directory, point.fault)
          : life.trace.some(({ injected, text }) => injected && canStrike(text, directory, point.fault));
      if (hit) await expectSurvived(directory, life);
      if (hit) return 'struck';
      const calls = life.trace.filter(({ call }) => call === point.call).length;
      return calls < point.nth ? 'not there' : 'missed';
    });
    if (found === 'struck') return found;
    if (found === 'missed') outcome = found;
  }
  return outcome;
}

/** One test for each point at which `fault` can strike. */
export async function crashSuite(fault: Fault): Promise<void> {
  const bundled = await bundleProcess('test/crash/scenario.ts', `scenario-${fault}`);
  const points = only
    ? [parsePoint(only)].filter((point) => point.fault === fault)
    : (await planPoints(bundled.file, fault)).filter(isItsTurn);
  describe.skipIf(points.length === 0)(`a process whose system call has ${fault}`, () => {
    const seen = { struck: 0, missed: 0, 'not there': 0 };
    test.each(points.map((point) => ({ point, name: pointName(point) })))(
      'given $name, when the production is opened again, then nothing acknowledged is lost (npm run test:crash -- --only $name)',
      async ({ point }) => {
        seen[await strike(bundled.file, point, only ? 20 : 5)] += 1;
        expect(seen.missed).toBeLessThanOrEqual(points.length / 2);
      },
    );
    test('counted', () => {
      console.log(
        `${fault}: ${seen.struck} of ${points.length} points struck and survived, ${seen['not there']} were not there`,
      );
      bundled.remove();
      // A miss may be bad luck, and how many documents a life writes is a matter of its pace; many are a suite that looks past the engine.
      expect(seen.struck).toBeGreaterThanOrEqual(points.length / 2);
      expect(points.length).toBeGreaterThan(0);
    });
  });
}
