import { currentPhase, type EpisodeContext, type EpisodeSnapshot } from '../../machines/index.js';
import type { Need } from '../shapes/index.js';
import { lastingNeeds } from './needs.js';

/** One thing that a person is waited for, under a name that it keeps for as long as it lasts. */
export interface PersonWait {
  id: string;
  /** Since when, ISO-8601 UTC. */
  since: string;
  need: Need;
}

/** What an episode waits for a person with: each question, or else what is most urgent. Somebody who has paused it knows that he has. */
export function personWaits(snapshot: EpisodeSnapshot): PersonWait[] {
  const needs = lastingNeeds(snapshot);
  const asked = questions(snapshot, needs);
  if (asked.length > 0) return asked;
  const [need] = needs;
  if (need?.since === undefined || need.since === null) return [];
  if (need.need === 'paused' && need.by !== null) return [];
  return [{ id: `${need.need}:${nameOf(snapshot.context, need)}`, since: need.since, need }];
}

function questions({ context: { operations } }: EpisodeSnapshot, needs: readonly Need[]): PersonWait[] {
  const asked = needs.filter(({ need }) => need === 'question');
  return Object.entries(operations)
    .filter(([, { question }]) => question)
    .flatMap(([key, { at }], index) => {
      const need = asked[index];
      return need ? [{ id: `question:${at} ${key}`, since: at, need }] : [];
    });
}

/** Work is reviewed once, however often somebody edits it meanwhile. */
function nameOf(context: EpisodeContext, { need, since }: Need): string {
  const phase = currentPhase(context);
  if (need !== 'approval' || phase === null) return since ?? '';
  const { revision, attempt } = context.phases[phase];
  return `${phase}:${revision}.${attempt}`;
}
