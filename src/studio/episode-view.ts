import {
  persist,
  phaseAfter,
  phaseNames,
  rehydrate,
  statusOf,
  type Failure,
  type EpisodeSnapshot,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { episodeState } from '../shapes/index.js';
import { actionsFor } from './actions.js';
import type { EpisodeMoment, EpisodeView, RecoveryOption } from './api.js';
import { allowedEvents, boardEpisode, type Looking } from './board.js';
import { filesOf } from './files.js';
import { judgedOf } from './judged.js';
import type { ShownPast, ShownPasts } from './pasts.js';
import { workView } from './work-view.js';

/** An episode as it stands now; of its operations those that have changed after a journal position. */
export async function episodeView(
  manager: ProductionStateManager,
  pasts: ShownPasts,
  sessionId: SessionId,
  after = 0,
): Promise<EpisodeView> {
  const past = await pasts.of(sessionId);
  const { position } = past;
  const operations = past.operations.after(after);
  const snapshot = rehydrate(await manager.getSnapshot(sessionId));
  const recovery = await recoveryOf(manager, sessionId, snapshot);
  const status = statusOf(snapshot.value);
  const shown = moment(snapshot, position, manager.production);
  return {
    ...shown,
    operations,
    checkpoints: checkpointsOf(snapshot, past),
    files: filesOf(manager.production.directory, sessionId),
    judged: judgedOf(shown.snapshot),
    editable: editableOf(snapshot),
    work: workView(snapshot, manager.production.directory, manager.production.now()),
    failures: failuresOf(past, snapshot),
    recovery,
    actions: actionsFor(snapshot, status === 'recovery' || recovery?.recoverable === true),
  };
}

/** The episode as it stood at a journal position. */
export async function momentAt(
  manager: ProductionStateManager,
  sessionId: SessionId,
  position: number,
): Promise<EpisodeMoment> {
  const snapshot = rehydrate(await manager.stateAt(sessionId, position));
  const { directory, policy } = manager.production;
  return moment(snapshot, position, {
    directory,
    policy,
    position,
    now: () => snapshot.context.updatedAt,
  });
}

function moment(snapshot: EpisodeSnapshot, position: number, looking: Looking): EpisodeMoment {
  const persisted = persist(snapshot);
  return {
    position,
    state: episodeState(persisted),
    board: boardEpisode(snapshot, looking),
    snapshot: persisted,
    allowed: allowedEvents(snapshot),
  };
}

async function recoveryOf(
  manager: ProductionStateManager,
  sessionId: SessionId,
  snapshot: EpisodeSnapshot,
): Promise<EpisodeView['recovery']> {
  if (statusOf(snapshot.value) !== 'failed') return null;
  const { recoverable, reason, options } = await manager.planRecovery(sessionId);
  return {
    recoverable,
    reason,
    options: options.map(
      ({ phase, keeps, expected_cost: expectedCost, left, reason: text }): RecoveryOption => ({
        phase,
        keeps,
        expectedCost,
        left,
        text,
      }),
    ),
  };
}

function checkpointsOf({ context }: EpisodeSnapshot, { savedByHand }: ShownPast): EpisodeView['checkpoints'] {
  return Object.entries(context.checkpoints)
    .map(([name, { phase, at, bytes, next }]) => ({
      name,
      phase,
      savedAt: at,
      automatic: !savedByHand.has(name),
      bytes,
      resumes: next,
    }))
    .sort((a, b) => (a.savedAt < b.savedAt ? -1 : 1));
}

/** The phases whose record is there and that nothing has been built on; the chart decides again when an edit comes. */
function editableOf(snapshot: EpisodeSnapshot): PhaseName[] {
  const { phases } = snapshot.context;
  if (statusOf(snapshot.value) === 'archived') return [];
  return phaseNames.filter((phase) => {
    const next = phaseAfter(phase);
    return (
      phases[phase].checkpoint !== null &&
      (next === null || ['pending', 'failed'].includes(phases[next].status))
    );
  });
}

/** Every failure of the episode's past; the present one last. */
function failuresOf({ failures: past }: ShownPast, { context }: EpisodeSnapshot): Failure[] {
  const { failure } = context;
  if (!failure) return past;
  return [...past.filter(({ at }) => at !== failure.at), failure];
}
