import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const hasTools = ['spin', 'gcc'].every((tool) => !spawnSync(tool, ['-h']).error);

interface Checked {
  errors: number;
  /** What was violated first. */
  violated: string;
  states: number;
  /** Whether every state was looked at. */
  isWhole: boolean;
}

/** Lets spin look at every state of a model. Blocked processes at the end are no error: nobody has to finish. */
function check(model: string, defines: readonly string[], memoryMb = 1500): Checked {
  const cwd = temporaryDirectory();
  const tell = (command: string, args: string[]): string => {
    const { stdout, stderr, status, error } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (error) throw error;
    if (status !== 0 && command !== './pan') throw new Error(`${command}: ${stdout}${stderr}`);
    return stdout;
  };
  tell('spin', ['-a', ...defines.map((name) => `-D${name}`), `${here}${model}`]);
  tell('gcc', ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${memoryMb}`, '-o', 'pan', 'pan.c']);
  const said = tell('./pan', ['-E', '-m200000']);
  return {
    errors: Number(/errors: (\d+)/.exec(said)?.[1]),
    violated: /assertion violated (.*) \(at depth/.exec(said)?.[1] ?? '',
    states: Number(/(\d+) states, stored/.exec(said)?.[1]),
    isWhole: !said.includes('reached -DMEMLIM') && !said.includes('max search depth too small'),
  };
}

// Where spin is not installed these are skipped; in CI they fail instead, so that nobody believes they ran.
describe.skipIf(!hasTools && !process.env['CI'])('the protocol, every interleaving', () => {
  test.each([
    ['journal.pml', 'four processes, killed anywhere', ['N=4', 'CELLS=4']],
    ['journal.pml', 'three processes, killed anywhere, with a torn write', ['N=3', 'TEAR']],
    ['journal.pml', 'three processes, killed anywhere, with a failing sync', ['N=3', 'CELLS=4', 'FAIL']],
    ['redo.pml', 'two processes with redo files, killed or cut off anywhere', ['C=3', 'S=1', 'CUTS=1']],
    ['redo.pml', 'two processes that bring back what a power cut took', ['C=2', 'S=2', 'CUTS=1']],
    [
      'redo.pml',
      'two processes that are cut off amid bringing it back',
      ['C=2', 'S=2', 'CUTS=2', 'POWER_ONLY'],
    ],
    ['money.pml', 'four orchestrators, killed or late anywhere', []],
    [
      'money.pml',
      'two orchestrators, three callers who wait for what is reserved, and a person who corrects and lowers',
      ['WAITING'],
    ],
  ])('given %s, %s, then nothing that it promises is ever broken', (model, what, defines) => {
    const { errors, states, isWhole, violated } = check(model, defines);
    expect([violated, errors, isWhole]).toEqual(['', 0, true]);
    expect(states).toBeGreaterThan(100_000);
    console.log(`${model}, ${what}: ${states.toLocaleString('en')} states, nothing broken`);
  });

  test.each([
    ['journal.pml', 'TEAR', 'NO_POSITION_CHECK', 'a line counts wherever it lies'],
    ['journal.pml', 'TEAR', 'ACK_BEFORE_SYNC', 'the caller is told before the sync'],
    ['journal.pml', 'TEAR', 'NO_SPOILER', 'a torn line is ended with a newline'],
    ['journal.pml', 'TEAR', 'NO_RECHECK_AFTER_LANDING', 'nobody looks where a line has landed'],
    ['journal.pml', 'FAIL', 'NO_RESCUE', 'a later sync is trusted after a failed one'],
    ['journal.pml', 'FAIL', 'NO_COPIES', 'the next segment has no copies of what may be lost'],
    [
      'journal.pml',
      'FAIL',
      'ROTATE_WITHOUT_SYNC',
      'the next segment is made before the one before it is synced',
    ],
    ['redo.pml', 'S=1', 'REDO_BEHIND_OTHERS', "a redo file is used behind another's line"],
    ['redo.pml', 'S=1', 'NO_SYNC_AT_LAP', 'a redo file is written over before the segment is synced'],
    ['redo.pml', 'S=1', 'GIVE_UP_WITHOUT_SYNC', 'a redo file is removed before the segment is synced'],
    ['redo.pml', 'S=1', 'NO_NAME_CHECK', 'nobody looks whether his redo file was given up'],
    [
      'redo.pml',
      'C=2',
      'APPEND_BEFORE_RESTORE',
      'who opens appends before he has brought back what is missing',
    ],
    ['redo.pml', 'C=2', 'SEAL_NOT_SEEN_AGAIN', 'who restores goes on from what he saw before his seal'],
    ['money.pml', 'FULL', 'SETTLE_TWICE', 'a settled operation may settle again'],
    ['money.pml', 'FULL', 'BLIND_RETRY', 'a held operation is called again'],
    ['money.pml', 'FULL', 'RELEASE_AFTER_CRASH', "a dead claimant's reservations are released"],
    ['money.pml', 'FULL', 'CALL_BEFORE_RESERVE', 'the call comes before the reservation'],
    ['money.pml', 'FULL', 'CLAIM_NOT_CHECKED', 'a late claimant may still reserve'],
    ['money.pml', 'WAITING', 'FAIL_ON_RESERVED', 'what others have reserved fails a call'],
    ['money.pml', 'WAITING', 'LISTEN_LATE', 'who waits listens only after he has asked'],
    ['money.pml', 'WAITING', 'CORRECT_IN_SILENCE', 'who waits does not hear of a correction'],
    ['money.pml', 'WAITING', 'CORRECT_TWICE', 'of two who correct both take the difference'],
    ['money.pml', 'WAITING', 'LOWER_BLINDLY', 'a budget is lowered below what is in use'],
  ])('given %s with %s, when the rule %s is broken (%s), then the alarm is raised', (model, fault, rule) => {
    const { errors, violated } = check(model, [fault, rule]);
    expect(errors).toBe(1);
    expect(violated).not.toBe('');
  });
});
