import type { EpisodeEventType } from './events.js';

/** The call of the manager that makes an event, and the command of the command line where there is one: what refusals speak of. */
const callFor: Record<EpisodeEventType, readonly [call: string, command?: string]> = {
  'episode.forked': ['forkEpisode', 'fork'],
  'episode.scheduled': ['scheduleEpisode', 'schedule'],
  'crew.chosen': ['produce', 'produce'],
  'phase.start': ['updatePhase', 'phase … active'],
  'phase.complete': ['updatePhase', 'phase … complete'],
  'phase.skip': ['skipPhase', 'skip'],
  'phase.fulfill': ['fulfillPhase'],
  'phase.pause': ['pause', 'pause'],
  'phase.resume': ['resume', 'resume'],
  'phase.sleep': ['send'],
  'phase.failed': ['markPhaseFailed', 'phase … failed'],
  'review.approve': ['approve', 'approve'],
  'review.reject': ['reject', 'reject'],
  'cost.reserve': ['reserveCost', 'reserve'],
  'cost.recorded': ['addCost', 'cost'],
  'cost.corrected': ['correctCost', 'correct'],
  'operation.settled': ['settleCost', 'settle'],
  'operation.released': ['releaseCost', 'release'],
  'operation.held': ['send'],
  'operation.retry': ['send'],
  'result.recorded': ['settleCost', 'settle'],
  'checkpoint.save': ['saveCheckpoint', 'checkpoint'],
  'checkpoint.restore': ['restoreCheckpoint', 'restore'],
  'artifact.edited': ['editArtifact', 'edit'],
  'quality.recorded': ['recordQuality', 'quality'],
  'budget.raise': ['raiseBudget', 'budget'],
  'budget.set': ['setBudget', 'budget'],
  'rules.changed': ['changePolicy', 'policy'],
  'recovery.begin': ['initiateRecovery', 'recover'],
  'recovery.resume': ['recoverFailedSession', 'recover'],
  'lease.claim': ['produce', 'produce'],
  'lease.renew': ['produce', 'produce'],
  'lease.release': ['produce', 'produce'],
  'notice.begin': ['attend'],
  'notice.given': ['attend'],
  'notice.failed': ['attend'],
  'notice.remind': ['attend'],
  'episode.cancelled': ['cancelEpisode', 'cancel'],
  'episode.archive': ['archiveEpisode', 'archive'],
  'episode.unarchive': ['unarchiveEpisode', 'unarchive'],
};

/** `approve`, and `showrunner restore (restoreCheckpoint)` where command and call have different names. */
export function spoken(type: EpisodeEventType): string {
  const [call, command] = callFor[type];
  if (command === undefined) return call;
  return command === call ? `showrunner ${command}` : `showrunner ${command} (${call})`;
}
