import { isDeepStrictEqual } from 'node:util';
import {
  announce,
  decide,
  initialSnapshot,
  parsePolicy,
  stateName,
  type Announcement,
  type EpisodeCreated,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type ErrorCode,
  type PolicyInput,
} from '../../machines/index.js';

/** A failed expectation of a story. */
export class StoryFailed extends Error {
  override readonly name = 'StoryFailed';
}

/** What a story's last event led to. */
export interface Outcome {
  /** The snapshot after it; the one before it when it was refused. */
  snapshot: EpisodeSnapshot;
  /** What would be announced. */
  announcements: Announcement[];
  /** Why it was refused; null when it was accepted. */
  refusal: { code: ErrorCode; message: string } | null;
}

/** Asserts on an outcome; throws {@link StoryFailed}. */
export interface Then extends Outcome {
  /** The state is the given one: `script.active`. */
  thenState(state: string): Then;
  /** The event was refused with the given code, and nothing changed. */
  thenRefused(code: ErrorCode): Then;
  /** What was announced, by type, in order. */
  thenAnnounced(...types: Announcement['type'][]): Then;
}

export interface Given {
  snapshot: EpisodeSnapshot;
  /** Decides the event that the story is about. */
  when(event: EpisodeEvent): Then;
}

/** The creation of episode 1 at the seed's first instant, under a policy. */
export function episodeCreated(policyInput: PolicyInput = {}): EpisodeCreated {
  const { budgets, warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality } =
    parsePolicy(policyInput);
  return {
    type: 'episode.created',
    at: '2025-09-03T14:30:22.000Z',
    sessionId: 'ep_001_20250903_143022',
    episodeNumber: 1,
    topic: 'The Dirty Secret',
    budgets,
    rules: { warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality },
  };
}

/** An episode after the given events, all of which must be accepted: `given({}, start).when(cost).thenState('research.active')`. Pure. */
export function given(policyInput: PolicyInput, ...events: EpisodeEvent[]): Given {
  let snapshot = initialSnapshot(episodeCreated(policyInput));
  for (const event of events) {
    const decision = decide(snapshot, event);
    if (!decision.accepted)
      throw new StoryFailed(
        `given ${event.type}: it was refused with ${decision.refusal.code}: ${decision.refusal.message}`,
      );
    snapshot = decision.snapshot;
  }
  return { snapshot, when: (event) => whenDecided(snapshot, event) };
}

function whenDecided(before: EpisodeSnapshot, event: EpisodeEvent): Then {
  const decision = decide(before, event);
  const outcome: Outcome = decision.accepted
    ? {
        snapshot: decision.snapshot,
        announcements: announce(before, event, decision.snapshot),
        refusal: null,
      }
    : { snapshot: before, announcements: [], refusal: decision.refusal };
  const then: Then = {
    ...outcome,
    thenState(state) {
      if (outcome.refusal)
        throw new StoryFailed(
          `${event.type} was refused with ${outcome.refusal.code}: ${outcome.refusal.message}`,
        );
      return expectEqual('the state', stateName(outcome.snapshot), state, then);
    },
    thenRefused: (code) => expectEqual('the refusal', outcome.refusal?.code ?? 'none', code, then),
    thenAnnounced: (...types) =>
      expectEqual(
        'what was announced',
        outcome.announcements.map(({ type }) => type),
        types,
        then,
      ),
  };
  return then;
}

function expectEqual(what: string, found: unknown, expected: unknown, then: Then): Then {
  if (isDeepStrictEqual(found, expected)) return then;
  throw new StoryFailed(`${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
