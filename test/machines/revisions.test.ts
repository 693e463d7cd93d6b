import { describe, expect, test } from 'vitest';
import { episodeEventTypes } from '../../machines/index.js';
import { spoken } from '../../machines/episode/spoken.js';
import { catalog } from '../../src/cli/catalog.js';
import { ProductionStateManager } from '../../src/index.js';
import { given } from '../../src/testing/index.js';
import { fail, finish, minute, sample, saved, start, usd } from './words.js';

const reviewed = [start('research'), finish('research'), start('script'), finish('script')] as const;
const policy = { approvals: ['script' as const] };

describe('revisions', () => {
  test('given a phase failed and recovers, then it is a new attempt of the same revision', () => {
    const { snapshot } = given(
      {},
      start('research'),
      fail('research'),
      sample['recovery.begin']('research'),
      sample['recovery.resume']('research'),
      start('research'),
    );
    expect(snapshot.context.phases.research).toMatchObject({ attempt: 2, revision: 1 });
  });

  test('given a reviewer rejects, then it is a new revision, and what was rejected stays under a name of its own with who said what', () => {
    const reject = { ...sample['review.reject']('script'), by: 'ann' };
    const { snapshot } = given(policy, ...reviewed, reject);
    const { phases, reviews, checkpoints } = snapshot.context;
    expect(phases.script).toMatchObject({ revision: 2, checkpoint: null });
    expect(reviews).toEqual([
      {
        phase: 'script',
        revision: 1,
        verdict: 'rejected',
        by: 'ann',
        reason: 'too shallow',
        at: minute(9),
        checkpoint: 'script_rejected_1',
      },
    ]);
    expect(checkpoints['script_rejected_1']).toMatchObject({ phase: 'script', savedAs: 'script_complete' });
  });

  test('given a recovery to an earlier phase by choice, then every phase that had begun from there on is a new revision', () => {
    const { snapshot } = given(
      {},
      ...reviewed,
      start('audio'),
      fail('audio'),
      sample['recovery.begin']('audio'),
      sample['recovery.resume']('script'),
    );
    const { research, script, audio } = snapshot.context.phases;
    expect([research.revision, script.revision, audio.revision]).toEqual([1, 2, 2]);
  });

  test('given a file is edited after its phase, when a later phase had begun, then that is a new revision and the edited one is not', () => {
    const { snapshot } = given({}, ...reviewed, start('audio'), fail('audio'), {
      ...sample['artifact.edited']('script'),
      checkpoint: saved('script_complete', 'audio'),
    });
    const { script, audio } = snapshot.context.phases;
    expect([script.revision, audio.revision]).toEqual([1, 2]);
  });

  test('given the next phase is at work, when a file of the one before is edited, then it is refused with the way back', () => {
    const then = given({}, ...reviewed, start('audio')).when(sample['artifact.edited']('script'));
    expect(then.thenRefused('wrong_state').refusal?.message).toContain('showrunner restore');
  });
});

describe('a pause', () => {
  const paused = [start('research'), { ...sample['phase.pause']('research'), by: 'ann', reason: 'guest' }];

  test('given somebody paused, then who, why and since when is known until it is over', () => {
    expect(given({}, ...paused).snapshot.context.pause).toEqual({
      by: 'ann',
      reason: 'guest',
      at: minute(9),
    });
  });

  test('given money is short, then by how much is known until it is over', () => {
    const short = [{ scope: 'total' as const, needed: usd(2), left: usd(1) }];
    const { pause } = given({}, start('research'), { ...sample['phase.pause']('research'), short }).snapshot
      .context;
    expect(pause?.short).toEqual(short);
  });

  test.each(['phase.resume', 'phase.skip', 'phase.fulfill', 'phase.failed', 'episode.cancelled'] as const)(
    'given it ends by %s, then nothing of it is left',
    (type) => {
      expect(given({}, ...paused, sample[type]('research')).snapshot.context.pause).toBeNull();
    },
  );
});

test.each(episodeEventTypes)(
  'given %s, then what refusals call it exists in the command line and the manager',
  (type) => {
    const commands = catalog.map(({ name }) => name);
    const calls = Object.getOwnPropertyNames(ProductionStateManager.prototype);
    const [call = '', command = call] = spoken(type)
      .replace(/^showrunner (\S+)(?: … \w+)?(?: \((\w+)\))?$/, '$2 $1')
      .trim()
      .split(' ');
    expect([...calls, ...commands, 'editArtifact']).toContain(call);
    expect([...calls, ...commands, 'editArtifact']).toContain(command);
  },
);
