import type { InspectedActor } from '../inspect/index.js';
import type { ActorLine, ActorView, InspectedState, InspectedTransition } from './api.js';

const mostStates = 400;
const deepest = 12;
const longestText = 50_000;

type Json = Record<string, unknown>;

/** One actor in the list. */
export function actorLine({
  sessionId,
  name,
  parentId,
  definition,
  snapshot,
  events,
}: InspectedActor): ActorLine {
  return {
    id: sessionId,
    name,
    parentId,
    state: stateText(snapshot),
    events: events.length,
    last: events.at(-1)?.type ?? null,
    hasChart: definition !== null,
  };
}

/** One actor with its chart, whatever machine it runs. What cannot be shown is said in `problem`. */
export function actorView(actor: InspectedActor): ActorView {
  const snapshot = asObject(actor.snapshot);
  const { chart, problem } = chartOf(actor.definition, snapshot['value']);
  const log = actor.events.map(({ at, type, text }) => ({
    at: new Date(Number(at) || 0).toISOString(),
    type,
    text,
  }));
  return { ...actorLine(actor), context: textOf(snapshot['context']), chart, problem, log };
}

function stateText(snapshot: unknown): string {
  const { value, status } = asObject(snapshot);
  if (value === undefined) return typeof status === 'string' ? status : '';
  return namesOf(value, 0).join(', ').slice(0, 200);
}

/** `transport.playing`, `sound.silent`. */
function namesOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth > deepest) return [];
  return Object.entries(asObject(value)).flatMap(([name, inner]) => {
    const below = namesOf(inner, depth + 1);
    return below.length === 0 ? [name] : below.map((each) => `${name}.${each}`);
  });
}

function textOf(value: unknown): string {
  const text = value === undefined ? '' : JSON.stringify(value, null, 2);
  return text.length > longestText
    ? `${text.slice(0, longestText)}\n… (cut at ${longestText} characters)`
    : text;
}

function chartOf(
  definition: string | null,
  value: unknown,
): { chart: InspectedState | null; problem: string | null } {
  if (definition === null) return { chart: null, problem: null };
  try {
    const machine = asObject(JSON.parse(definition));
    const counted = { states: 0 };
    return {
      chart: stateOf(nameOf(machine), machine, { value, isLit: true, isInitial: false }, counted, 0),
      problem: null,
    };
  } catch (error) {
    return {
      chart: null,
      problem: error instanceof RangeError ? error.message : 'The machine that was sent is not JSON.',
    };
  }
}

function nameOf({ id, key }: Json): string {
  const name = typeof id === 'string' ? id : key;
  return typeof name === 'string' ? name.slice(0, 200) : 'machine';
}

interface Place {
  value: unknown;
  isLit: boolean;
  isInitial: boolean;
}

function stateOf(
  key: string,
  node: Json,
  { value, isLit, isInitial }: Place,
  counted: { states: number },
  depth: number,
): InspectedState {
  counted.states += 1;
  if (counted.states > mostStates || depth > deepest)
    throw new RangeError(
      `This machine has more than ${mostStates} states, or is nested deeper than ${deepest}: its chart is not drawn.`,
    );
  const children = Object.entries(asObject(node['states']));
  const isParallel = node['type'] === 'parallel';
  const states = children.map(([name, child]) =>
    stateOf(
      name,
      asObject(child),
      {
        ...within(value, name, isLit, isParallel),
        isInitial: node['initial'] === name || asObject(node['initial'])['target'] === name,
      },
      counted,
      depth + 1,
    ),
  );
  const type = typeof node['type'] === 'string' ? node['type'] : children.length > 0 ? 'compound' : 'atomic';
  return { key, type, isLit, isInitial, transitions: transitionsOf(node), states };
}

/** What a state's value says of one of its children. */
function within(
  value: unknown,
  name: string,
  isLit: boolean,
  isParallel: boolean,
): { value: unknown; isLit: boolean } {
  if (typeof value === 'string') return { value: undefined, isLit: isLit && value === name };
  const values = asObject(value);
  return {
    value: Object.hasOwn(values, name) ? values[name] : undefined,
    isLit: isLit && (isParallel || Object.hasOwn(values, name)),
  };
}

/** The transitions of a state, in the form of a configuration or of a machine's definition. */
function transitionsOf(node: Json): InspectedTransition[] {
  const on = Object.entries(asObject(node['on'])).flatMap(([event, given]) =>
    asList(given).map((each) => transition(event, each)),
  );
  const always = asList(node['always']).map((each) => transition('always', each));
  const after = Object.entries(asObject(node['after'])).flatMap(([delay, given]) =>
    asList(given).map((each) => transition(`after ${delay}`, each)),
  );
  const done = asList(node['onDone']).map((each) => transition('done', each));
  return [...on, ...always, ...(Array.isArray(node['after']) ? [] : after), ...done];
}

function transition(event: string, given: unknown): InspectedTransition {
  const { target, guard } = typeof given === 'string' ? { target: given, guard: undefined } : asObject(given);
  const guardName = typeof guard === 'string' ? guard : asObject(guard)['type'];
  return {
    event,
    targets: asList(target).map((each) => String(each).replace(/^#?(?:.*\.)?/, '')),
    guard: typeof guardName === 'string' ? guardName : null,
  };
}

function asList(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
