import { setup } from 'xstate';
import { changes, type Change } from './actions.js';
import { branches } from './branches.js';
import type { EpisodeContext } from './context.js';
import type { EpisodeCreated, EpisodeEvent } from './events.js';
import type { Check } from './check.js';
import { checks } from './guards.js';
import { initialContext } from './initial-context.js';
import { quickAssign } from './_xstate-internals.js';

interface Scope {
  context: EpisodeContext;
  event: EpisodeEvent;
}

// The chart routes each event only to guards and reducers of its own type, so the narrowing casts below are sound;
// the table of every state and event in the tests would show one that is not.
function toGuards<const Checks extends Record<string, unknown>>(
  all: Checks,
): Record<keyof Checks & string, (scope: Scope) => boolean> {
  const entries = Object.entries(all).map(([name, check]) => [
    name,
    ({ context, event }: Scope) => (check as Check)(context, event) === null,
  ]);
  return Object.fromEntries(entries) as Record<keyof Checks & string, (scope: Scope) => boolean>;
}

function toBranches<const Names extends Record<string, unknown>>(
  all: Names,
): Record<keyof Names & string, (scope: Scope) => boolean> {
  const entries = Object.entries(all).map(([name, branch]) => [
    name,
    ({ context, event }: Scope) =>
      (branch as (context: EpisodeContext, event: EpisodeEvent) => boolean)(context, event),
  ]);
  return Object.fromEntries(entries) as Record<keyof Names & string, (scope: Scope) => boolean>;
}

const chart = setup({
  types: { context: {} as EpisodeContext, events: {} as EpisodeEvent, input: {} as EpisodeCreated },
  guards: { ...toGuards(checks), ...toBranches(branches) },
});

// One assign per transition: eight cost three times as much (xstate 5.33.3).
function change(reduce: unknown) {
  return quickAssign(
    chart.assign(({ context, event }) => ({ updatedAt: event.at, ...(reduce as Change)(context, event) })),
  );
}

/**
 * The episode's statechart (docs/statechart.md). Pure: no timers, no invoked workers; times, prices and ids arrive in events.
 * No state is final in XState's sense, because late costs still have to land in `complete` and `archived`.
 */
export const episodeMachine = chart
  .extend({
    actions: {
      schedule: change(changes.schedule),
      chooseCrew: change(changes.chooseCrew),
      sleepUntil: change(changes.sleepUntil),
      startPhase: change(changes.startPhase),
      submitPhase: change(changes.submitPhase),
      finishPhase: change(changes.finishPhase),
      fulfillPhase: change(changes.fulfillPhase),
      skipPhase: change(changes.skipPhase),
      approvePhase: change(changes.approvePhase),
      rejectPhase: change(changes.rejectPhase),
      pausePhase: change(changes.pausePhase),
      giveResult: change(changes.giveResult),
      endPause: change(changes.endPause),
      editArtifact: change(changes.editArtifact),
      failPhase: change(changes.failPhase),
      cancelEpisode: change(changes.cancelEpisode),
      reserveCost: change(changes.reserveCost),
      recordCost: change(changes.recordCost),
      correctCost: change(changes.correctCost),
      settleOperation: change(changes.settleOperation),
      releaseOperation: change(changes.releaseOperation),
      holdOperation: change(changes.holdOperation),
      retryOperation: change(changes.retryOperation),
      stopAtBudget: change(changes.stopAtBudget),
      stopAtDay: change(changes.stopAtDay),
      saveCheckpoint: change(changes.saveCheckpoint),
      restoreCheckpoint: change(changes.restoreCheckpoint),
      forkEpisode: change(changes.forkEpisode),
      recordQuality: change(changes.recordQuality),
      raiseBudget: change(changes.raiseBudget),
      setBudget: change(changes.setBudget),
      changeRules: change(changes.changeRules),
      beginRecovery: change(changes.beginRecovery),
      resumeAt: change(changes.resumeAt),
      takeClaim: change(changes.takeClaim),
      renewClaim: change(changes.renewClaim),
      releaseClaim: change(changes.releaseClaim),
      beginNotice: change(changes.beginNotice),
      giveNotice: change(changes.giveNotice),
      failNotice: change(changes.failNotice),
      remind: change(changes.remind),
      archiveEpisode: change(changes.archiveEpisode),
      unarchiveEpisode: change(changes.unarchiveEpisode),
      touch: change(changes.touch),
    },
  })
  .createMachine({
    id: 'episode',
    version: '2',
    options: { maxIterations: 100 },
    context: ({ input }) => initialContext(input),
    initial: 'initialized',
    on: {
      'cost.recorded': [
        { guard: 'passesBudget', target: '.failed', actions: 'stopAtBudget' },
        { guard: 'passesDay', target: '.failed', actions: 'stopAtDay' },
        { guard: 'mayRecord', actions: 'recordCost' },
      ],
      'operation.settled': [
        { guard: 'passesBudget', target: '.failed', actions: 'stopAtBudget' },
        { guard: 'passesDay', target: '.failed', actions: 'stopAtDay' },
        { guard: 'isKnownOperation', actions: 'settleOperation' },
      ],
      // At the day's cap a correction stops nobody: it may be of a day that is over. Whoever reserves next is refused.
      'cost.corrected': [
        { guard: 'passesBudget', target: '.failed', actions: 'stopAtBudget' },
        { guard: 'mayCorrect', actions: 'correctCost' },
      ],
      'operation.released': { guard: 'isKnownOperation', actions: 'releaseOperation' },
      'operation.held': { guard: 'isKnownOperation', actions: 'holdOperation' },
      'result.recorded': { guard: 'isSettled', actions: 'giveResult' },
      'artifact.edited': { guard: 'mayEdit', actions: 'editArtifact' },
      'checkpoint.save': { guard: 'maySave', actions: 'saveCheckpoint' },
      'checkpoint.restore': [
        { guard: 'resumesAtResearch', target: '.research', actions: 'restoreCheckpoint' },
        { guard: 'resumesAtScript', target: '.script', actions: 'restoreCheckpoint' },
        { guard: 'resumesAtAudio', target: '.audio', actions: 'restoreCheckpoint' },
      ],
      'episode.scheduled': { guard: 'maySchedule', actions: 'schedule' },
      'crew.chosen': { guard: 'holdsClaim', actions: 'chooseCrew' },
      'quality.recorded': { guard: 'holdsClaim', actions: 'recordQuality' },
      'budget.raise': { guard: 'mayRaise', actions: 'raiseBudget' },
      'budget.set': { guard: 'maySetBudget', actions: 'setBudget' },
      'rules.changed': { guard: 'holdsClaim', actions: 'changeRules' },
      'lease.claim': { guard: 'mayClaim', actions: 'takeClaim' },
      'lease.renew': { guard: 'mayRenew', actions: 'renewClaim' },
      'lease.release': { guard: 'holdsClaim', actions: 'releaseClaim' },
      'notice.begin': { guard: 'mayTell', actions: 'beginNotice' },
      'notice.given': { guard: 'isTold', actions: 'giveNotice' },
      'notice.failed': { guard: 'isTold', actions: 'failNotice' },
      'notice.remind': { guard: 'holdsClaim', actions: 'remind' },
      'episode.cancelled': { guard: 'holdsClaim', target: '.failed', actions: 'cancelEpisode' },
    },
    states: {
      initialized: {
        description: 'The session exists and nothing has begun.',
        on: {
          'episode.forked': [
            { guard: 'resumesAtResearch', target: 'research', actions: 'forkEpisode' },
            { guard: 'resumesAtScript', target: 'script', actions: 'forkEpisode' },
            { guard: 'resumesAtAudio', target: 'audio', actions: 'forkEpisode' },
          ],
          'phase.start': { guard: 'mayStart', target: 'research.active', actions: 'startPhase' },
          'phase.skip': { guard: 'maySkip', target: 'script', actions: 'skipPhase' },
          'phase.fulfill': { guard: 'mayFulfill', target: 'script', actions: 'fulfillPhase' },
          'phase.failed': { guard: 'mayFail', target: 'failed', actions: 'failPhase' },
        },
      },
      research: {
        description: 'Findings are gathered from sources.',
        initial: 'pending',
        on: {
          'phase.failed': { guard: 'mayFail', target: '#episode.failed', actions: 'failPhase' },
        },
        states: {
          pending: {
            description: 'The research phase is next and has not begun.',
            on: {
              'phase.start': { guard: 'mayStart', target: 'active', actions: 'startPhase' },
              'phase.skip': { guard: 'maySkip', target: '#episode.script', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.script', actions: 'fulfillPhase' },
            },
          },
          active: {
            description: 'A worker is busy with research; only here may money be reserved.',
            on: {
              'cost.reserve': { guard: 'mayReserve', actions: 'reserveCost' },
              'operation.retry': { guard: 'mayRetry', actions: 'retryOperation' },
              'phase.complete': [
                { guard: 'needsApproval', target: 'review', actions: 'submitPhase' },
                { guard: 'mayComplete', target: '#episode.script', actions: 'finishPhase' },
              ],
              'phase.pause': { guard: 'isCurrent', target: 'paused', actions: 'pausePhase' },
              'phase.sleep': { guard: 'isCurrent', actions: 'sleepUntil' },
              'phase.skip': { guard: 'maySkip', target: '#episode.script', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.script', actions: 'fulfillPhase' },
            },
          },
          paused: {
            description: 'Someone paused research: nothing new is paid for until it is resumed.',
            exit: 'endPause',
            on: {
              'phase.resume': { guard: 'isCurrent', target: 'active', actions: 'touch' },
              'phase.skip': { guard: 'maySkip', target: '#episode.script', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.script', actions: 'fulfillPhase' },
            },
          },
          review: {
            description: 'The research work is saved and waits for a person to approve or reject it.',
            on: {
              'review.approve': { guard: 'isCurrent', target: '#episode.script', actions: 'approvePhase' },
              'review.reject': { guard: 'isCurrent', target: 'active', actions: 'rejectPhase' },
            },
          },
        },
      },
      script: {
        description: 'The script is written from the findings.',
        initial: 'pending',
        on: {
          'phase.failed': { guard: 'mayFail', target: '#episode.failed', actions: 'failPhase' },
        },
        states: {
          pending: {
            description: 'The script phase is next and has not begun.',
            on: {
              'phase.start': { guard: 'mayStart', target: 'active', actions: 'startPhase' },
              'phase.skip': { guard: 'maySkip', target: '#episode.audio', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.audio', actions: 'fulfillPhase' },
            },
          },
          active: {
            description: 'A worker is busy with script; only here may money be reserved.',
            on: {
              'cost.reserve': { guard: 'mayReserve', actions: 'reserveCost' },
              'operation.retry': { guard: 'mayRetry', actions: 'retryOperation' },
              'phase.complete': [
                { guard: 'needsApproval', target: 'review', actions: 'submitPhase' },
                { guard: 'mayComplete', target: '#episode.audio', actions: 'finishPhase' },
              ],
              'phase.pause': { guard: 'isCurrent', target: 'paused', actions: 'pausePhase' },
              'phase.sleep': { guard: 'isCurrent', actions: 'sleepUntil' },
              'phase.skip': { guard: 'maySkip', target: '#episode.audio', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.audio', actions: 'fulfillPhase' },
            },
          },
          paused: {
            description: 'Someone paused script: nothing new is paid for until it is resumed.',
            exit: 'endPause',
            on: {
              'phase.resume': { guard: 'isCurrent', target: 'active', actions: 'touch' },
              'phase.skip': { guard: 'maySkip', target: '#episode.audio', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.audio', actions: 'fulfillPhase' },
            },
          },
          review: {
            description: 'The script work is saved and waits for a person to approve or reject it.',
            on: {
              'review.approve': { guard: 'isCurrent', target: '#episode.audio', actions: 'approvePhase' },
              'review.reject': { guard: 'isCurrent', target: 'active', actions: 'rejectPhase' },
            },
          },
        },
      },
      audio: {
        description: 'The script is spoken, mixed and encoded.',
        initial: 'pending',
        on: {
          'phase.failed': { guard: 'mayFail', target: '#episode.failed', actions: 'failPhase' },
        },
        states: {
          pending: {
            description: 'The audio phase is next and has not begun.',
            on: {
              'phase.start': { guard: 'mayStart', target: 'active', actions: 'startPhase' },
              'phase.skip': { guard: 'maySkip', target: '#episode.complete', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.complete', actions: 'fulfillPhase' },
            },
          },
          active: {
            description: 'A worker is busy with audio; only here may money be reserved.',
            on: {
              'cost.reserve': { guard: 'mayReserve', actions: 'reserveCost' },
              'operation.retry': { guard: 'mayRetry', actions: 'retryOperation' },
              'phase.complete': [
                { guard: 'needsApproval', target: 'review', actions: 'submitPhase' },
                { guard: 'mayComplete', target: '#episode.complete', actions: 'finishPhase' },
              ],
              'phase.pause': { guard: 'isCurrent', target: 'paused', actions: 'pausePhase' },
              'phase.sleep': { guard: 'isCurrent', actions: 'sleepUntil' },
              'phase.skip': { guard: 'maySkip', target: '#episode.complete', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.complete', actions: 'fulfillPhase' },
            },
          },
          paused: {
            description: 'Someone paused audio: nothing new is paid for until it is resumed.',
            exit: 'endPause',
            on: {
              'phase.resume': { guard: 'isCurrent', target: 'active', actions: 'touch' },
              'phase.skip': { guard: 'maySkip', target: '#episode.complete', actions: 'skipPhase' },
              'phase.fulfill': { guard: 'mayFulfill', target: '#episode.complete', actions: 'fulfillPhase' },
            },
          },
          review: {
            description: 'The audio work is saved and waits for a person to approve or reject it.',
            on: {
              'review.approve': { guard: 'isCurrent', target: '#episode.complete', actions: 'approvePhase' },
              'review.reject': { guard: 'isCurrent', target: 'active', actions: 'rejectPhase' },
            },
          },
        },
      },
      complete: {
        description: 'The episode is finished; late costs and scores still land.',
        on: {
          'episode.archive': { guard: 'mayMove', target: 'archived', actions: 'archiveEpisode' },
          'cost.recorded': { guard: 'mayRecord', actions: 'recordCost' },
          'cost.corrected': { guard: 'mayCorrect', actions: 'correctCost' },
          'operation.settled': { guard: 'isKnownOperation', actions: 'settleOperation' },
          'checkpoint.restore': undefined,
          'lease.claim': undefined,
          'episode.scheduled': undefined,
          'crew.chosen': undefined,
          'episode.cancelled': undefined,
        },
      },
      failed: {
        description:
          'Something stopped the episode; the failure says what, and whether trying again can help.',
        on: {
          'recovery.begin': { guard: 'mayRecover', target: 'recovery', actions: 'beginRecovery' },
          'episode.archive': { guard: 'mayMove', target: 'archived', actions: 'archiveEpisode' },
          'cost.recorded': { guard: 'mayRecord', actions: 'recordCost' },
          'cost.corrected': { guard: 'mayCorrect', actions: 'correctCost' },
          'operation.settled': { guard: 'isKnownOperation', actions: 'settleOperation' },
        },
      },
      recovery: {
        description: 'Someone decided to go on; the next event says from which phase.',
        on: {
          'recovery.resume': [
            { guard: 'resumesAtResearch', target: 'research', actions: 'resumeAt' },
            { guard: 'resumesAtScript', target: 'script', actions: 'resumeAt' },
            { guard: 'resumesAtAudio', target: 'audio', actions: 'resumeAt' },
          ],
          'phase.failed': { guard: 'mayFail', target: 'failed', actions: 'failPhase' },
        },
      },
      archived: {
        description:
          'Put away; only what was still to be paid lands here, until somebody brings the episode back.',
        on: {
          'episode.unarchive': [
            { guard: 'isFinished', target: 'complete', actions: 'unarchiveEpisode' },
            { guard: 'mayMove', target: 'failed', actions: 'unarchiveEpisode' },
          ],
          'cost.recorded': { guard: 'mayRecord', actions: 'recordCost' },
          'cost.corrected': { guard: 'mayCorrect', actions: 'correctCost' },
          'operation.settled': { guard: 'isKnownOperation', actions: 'settleOperation' },
          'result.recorded': undefined,
          'artifact.edited': undefined,
          'checkpoint.save': undefined,
          'checkpoint.restore': undefined,
          'quality.recorded': undefined,
          'episode.scheduled': undefined,
          'crew.chosen': undefined,
          'budget.raise': undefined,
          'budget.set': undefined,
          'rules.changed': undefined,
          'lease.claim': undefined,
          'notice.begin': undefined,
          'notice.given': undefined,
          'notice.failed': undefined,
          'notice.remind': undefined,
          'episode.cancelled': undefined,
        },
      },
    },
  });
