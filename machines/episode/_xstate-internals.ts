import type { EpisodeContext } from './context.js';
import type { EpisodeEvent } from './events.js';

// All that leans on how XState 5.33.3 works inside stands in this file: docs/platform-notes.md says what, since when, which test compares it
// with a live actor, and what to do when XState changes.

/** What XState hands to an action that resolves itself; of the snapshot only the context is looked at. */
interface Resolving {
  context: EpisodeContext;
}

interface Assign {
  assignment: (args: unknown) => Partial<EpisodeContext>;
}

type Resolve = (
  scope: unknown,
  snapshot: Resolving,
  args: unknown,
  params: unknown,
  action: Assign,
) => unknown[];

/**
 * Lets an `assign` of the chart do its work in a sixth of the time; it stays an `assign` to everyone who looks at it.
 * XState's own copies the context key by key into an empty object, which beyond 16 keys becomes a hash table that is slow to copy,
 * compare and write out, and computes the state's value and tags anew, which an assignment cannot change
 * (Node 20.20, xstate 5.33.3: 3 µs of a step's 7). A test compares the two on every kind of step.
 */
export function quickAssign<Action>(action: Action): Action {
  const resolve: Resolve = (_scope, snapshot, args, _params, { assignment }) => [
    withContext(snapshot, assignment(args)),
    undefined,
    undefined,
  ];
  return Object.assign(action as object, { resolve }) as Action;
}

/** What such an `assign` makes of a snapshot. */
function assigned<Snapshot extends Resolving>(
  action: unknown,
  snapshot: Snapshot,
  event: EpisodeEvent,
): Snapshot {
  return withContext(snapshot, (action as Assign).assignment({ context: snapshot.context, event }));
}

function withContext<Snapshot extends Resolving>(
  snapshot: Snapshot,
  changes: Partial<EpisodeContext>,
): Snapshot {
  return { ...snapshot, context: withChanges(snapshot.context, changes) };
}

function withChanges(
  {
    sessionId,
    episodeNumber,
    topic,
    createdAt,
    startAt,
    dueBy,
    importedAt,
    updatedAt,
    budgets,
    rules,
    own,
    phases,
    money,
    operations,
    paid,
    estimates,
    retries,
    claim,
    claims,
    failure,
    recoveries,
    quality,
    checkpoints,
    note,
    filesMovedTo,
    forkedFrom,
    key,
    pause,
    reviews,
    limit,
    sleeps,
    notices,
    crew,
  }: EpisodeContext,
  changes: Partial<EpisodeContext>,
): EpisodeContext {
  const context: EpisodeContext = {
    sessionId,
    episodeNumber,
    topic,
    createdAt,
    startAt,
    dueBy,
    importedAt,
    updatedAt,
    budgets,
    rules,
    own,
    phases,
    money,
    operations,
    paid,
    estimates,
    retries,
    claim,
    claims,
    failure,
    recoveries,
    quality,
    checkpoints,
    note,
    filesMovedTo,
    forkedFrom,
    key,
    pause,
    reviews,
    limit,
    sleeps,
    notices,
    crew,
  };
  return Object.assign(context, changes);
}

/** What XState says of a transition that it has selected. */
interface Way {
  target?: unknown;
  actions: readonly unknown[];
}

/**
 * The next snapshot where XState selects one way, which leads nowhere else and has one action; undefined otherwise. XState's own step makes a
 * dozen sets and lists to find that no state is left or entered (Node 20.20, xstate 5.33.3: 2 µs of a step's 3.5, a fifth of what a commit
 * allocates). A test compares the two on fifty thousand events.
 */
export function stayed<Snapshot extends Resolving>(
  snapshot: Snapshot,
  event: EpisodeEvent,
  ways: readonly Way[],
  implementations: Readonly<Record<string, unknown>>,
): Snapshot | undefined {
  const [way] = ways;
  const [action] = way?.actions ?? [];
  if (
    !way ||
    ways.length > 1 ||
    way.target !== undefined ||
    way.actions.length > 1 ||
    typeof action !== 'string'
  )
    return undefined;
  return assigned(implementations[action], snapshot, event);
}

/** A state of the configuration: what is done when it is left or entered. */
interface Entered {
  entry: readonly unknown[];
  exit: readonly unknown[];
}

/** A state as XState asks it for a way. */
interface Asked {
  type: string;
  parent?: Asked | undefined;
  transitions: ReadonlyMap<string, unknown>;
  /** Not in XState's types. */
  next?: (snapshot: unknown, event: EpisodeEvent) => Way[] | undefined;
}

/** Which states have something to say of an event, by the innermost state and the event's type. */
const concerned = new WeakMap<Asked, Map<string, readonly Asked[]>>();

/**
 * The way that XState selects by its guards; empty where there is none. It asks each state from the innermost to the root, at the cost of a name and a list for
 * each; here only those are asked that have a transition for the event (Node 20.20, xstate 5.33.3: 0.4 of a decision's 1.2 µs). Undefined where more than one
 * state is the innermost. It holds while no transition is for a pattern of events, which the lint refuses. The same test compares.
 */
export function selected(snapshot: { _nodes: readonly Asked[] }, event: EpisodeEvent): Way[] | undefined {
  const [leaf, another] = snapshot._nodes.filter(({ type }) => type === 'atomic');
  if (!leaf || another) return undefined;
  for (const state of statesFor(leaf, event.type)) {
    const ways = state.next?.(snapshot, event);
    if (ways?.length) return ways;
  }
  return [];
}

function statesFor(leaf: Asked, eventType: string): readonly Asked[] {
  const known = concerned.get(leaf)?.get(eventType);
  if (known) return known;
  const states = upFrom(leaf).filter(({ transitions }) => transitions.has(eventType));
  const ofLeaf = concerned.get(leaf) ?? new Map<string, readonly Asked[]>();
  concerned.set(leaf, ofLeaf.set(eventType, states));
  return states;
}

function upFrom(state: Asked): Asked[] {
  return state.parent ? [state, ...upFrom(state.parent)] : [state];
}

const noActions = ({ entry, exit }: Entered): boolean => entry.length === 0 && exit.length === 0;

/** Where XState has landed before, by the way taken and the value it was taken from. */
const landings = new WeakMap<Way, Map<unknown, Resolving>>();

/**
 * The next snapshot by a way that leads elsewhere: XState's own answer, kept for each way and value, with the context of this one. Where the chart does
 * something on leaving or entering a state, or selects more than one way, XState is asked each time. It holds while the chart has neither histories nor
 * eventless transitions, which the lint refuses (Node 20.20, xstate 5.33.3: a quarter of a phase's start and of its end). The same test compares.
 */
export function moved<Snapshot extends Resolving & { value: unknown; _nodes: readonly Entered[] }>(
  snapshot: Snapshot,
  event: EpisodeEvent,
  ways: readonly Way[],
  implementations: Readonly<Record<string, unknown>>,
  ask: () => Snapshot,
): Snapshot {
  const [way] = ways;
  // A way without a target forbids an event.
  if (!way?.target || ways.length > 1 || !way.actions.every((action) => typeof action === 'string'))
    return ask();
  const { value } = snapshot;
  const key = typeof value === 'string' ? value : JSON.stringify(value);
  const landed = landings.get(way)?.get(key) as Snapshot | undefined;
  if (landed)
    return way.actions.reduce((next: Snapshot, action) => assigned(implementations[action], next, event), {
      ...landed,
      context: snapshot.context,
    });
  const next = ask();
  if ([...snapshot._nodes, ...next._nodes].every(noActions)) keep(way, key, next);
  return next;
}

function keep(way: Way, key: unknown, next: Resolving): void {
  const known = landings.get(way);
  if (known) known.set(key, next);
  else landings.set(way, new Map([[key, next]]));
}
