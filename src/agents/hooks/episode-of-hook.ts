import {
  phaseNames,
  stateName,
  rehydrate,
  type PersistedEpisode,
  type PhaseName,
  type SessionId,
} from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { EpisodeState } from '../../shapes/index.js';
import { episodeMeant } from './episode-meant.js';

const mostNamed = 5;

export const isUnderWay = ({ status }: EpisodeState): boolean =>
  status !== 'complete' && status !== 'archived';

/** The episode that a host's session works on: the one it has worked on, else the only one under way, else the only one with that phase active. */
export async function episodeFor(
  manager: ProductionStateManager,
  known: string | undefined,
  phase?: PhaseName,
): Promise<{ id: SessionId } | { why: string }> {
  const open = (await manager.listEpisodes()).filter(isUnderWay);
  const active = phase === undefined ? [] : open.filter(({ phases }) => phases[phase].status === 'active');
  const only = episodeMeant(open, known) ?? (active.length === 1 ? active[0] : undefined);
  if (only) return { id: only.session_id as SessionId };
  if (open.length === 0)
    return {
      why: 'no episode is under way, so nothing can be paid for one. Begin one with the tool create_episode, or: showrunner create --topic "…"',
    };
  const names = open
    .slice(0, mostNamed)
    .map(({ session_id: id, topic }) => `${id} (${topic.slice(0, 60)})`)
    .join(', ');
  return {
    why: `${open.length} episodes are under way (${names}), and this session has not said which it works on. Call get_episode with the session_id of the right one, then try again.`,
  };
}

/** Why a phase cannot be worked in now, with what to do; undefined when it can. */
export function outOfPhase(persisted: PersistedEpisode, phase: PhaseName): string | undefined {
  const { context } = persisted;
  const { sessionId: id, phases } = context;
  const state = stateName(rehydrate(persisted));
  if (phases[phase].status === 'active') return undefined;
  const [at = '', within] = state.split('.');
  if (within === 'review')
    return `${at} of ${id} waits for approval, and ${phase} has not begun. A person approves it: showrunner approve ${id}, or ask with the tool request_approval.`;
  if (within === 'paused')
    return `${at} of ${id} is paused. Whoever paused it lets it go on: showrunner resume ${id}`;
  if (at === 'failed' || at === 'recovery')
    return `${id} has failed${context.failure ? ` (${context.failure.code})` : ''}. Look at the ways on with recover_episode and plan, or: showrunner recover ${id}`;
  const earlier = phaseNames
    .slice(0, phaseNames.indexOf(phase))
    .find((name) => !['complete', 'skipped'].includes(phases[name].status));
  if (earlier !== undefined)
    return `${phase} of ${id} comes after ${earlier}, which is ${phases[earlier].status}. ${phases[earlier].status === 'active' ? `Complete it first: update_phase ${earlier} complete` : `Begin it: update_phase ${earlier} active, or: showrunner phase ${id} ${earlier} active`}`;
  if (phases[phase].status === 'complete')
    return `${phase} of ${id} is complete. To do it again: showrunner restore ${id} <checkpoint>, or fork the episode.`;
  return `${phase} of ${id} has not begun. Begin it: update_phase ${phase} active, or: showrunner phase ${id} ${phase} active`;
}

/** Whether the phase could begin now. */
export function canBegin(persisted: PersistedEpisode, phase: PhaseName): boolean {
  const { phases } = persisted.context;
  const state = stateName(rehydrate(persisted));
  const before = phaseNames.slice(0, phaseNames.indexOf(phase));
  return (
    phases[phase].status === 'pending' &&
    !/\.(?:review|paused)$/.test(state) &&
    !/^(?:failed|recovery|archived)/.test(state) &&
    before.every((name) => ['complete', 'skipped'].includes(phases[name].status))
  );
}
