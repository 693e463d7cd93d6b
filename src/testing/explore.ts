import {
  Ledger,
  announce,
  decide,
  errorRemedies,
  initialSnapshot,
  moneyMove,
  parsePolicy,
  phaseNames,
  stateName,
  type DayMoney,
  type Decision,
  type EpisodeCreated,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type ErrorCode,
  type Policy,
  type PolicyInput,
} from '../../machines/index.js';
import { exploredDay, movesFor, nextPhase, type Move } from './explore-moves.js';
import { StoryFailed, episodeCreated } from './given.js';
import { invariants, type ExploredStep, type Invariant } from './invariants.js';

export interface Exploration {
  policy?: PolicyInput;
  /** About how many events to try, refused ones included. Default 250,000 (a few seconds). */
  steps?: number;
  /** Events after the creation in the longest story. Default 9. */
  depth?: number;
  /** What must hold besides what always must, by its sentence. */
  invariants?: Readonly<Record<string, Invariant>>;
  /** What decides; default the chart's own. To see the alarm ring, pass one with a guard removed. */
  decide?: (snapshot: EpisodeSnapshot, event: EpisodeEvent) => Decision;
  /** What is told of it; default the chart's own. */
  announce?: typeof announce;
}

export interface Explored {
  /** The creation that every story begins with. */
  created: EpisodeCreated;
  /** Events tried, refused ones included. */
  steps: number;
  /** Episodes that differ in state or money. */
  episodes: number;
  /** Leaf states reached, sorted: `research.active`. */
  states: string[];
  /** Codes of the refusals met, sorted. */
  refusals: ErrorCode[];
  /** The shortest story to each change of state by each type of event, without the creation. Replay them wherever the chart runs. */
  paths: EpisodeEvent[][];
}

/** An episode, the story that led to it, its day's ledger, and what an outsider who only sees accepted events has counted. */
interface Node {
  snapshot: EpisodeSnapshot;
  from: Node | undefined;
  event: EpisodeEvent | undefined;
  ledger: Ledger;
  paid: number;
  isGuarded: boolean;
}

/**
 * Tries every event, with amounts around every threshold of the policy, in every order, shortest stories first, and checks after each step
 * what must always hold and the given invariants. Pure, and the same each time.
 * @throws StoryFailed with the shortest story that breaks an invariant.
 */
export function explorePaths(options: Exploration = {}): Explored {
  const { steps: most = 250_000, depth: longest = 9 } = options;
  const search = new Search(options);
  let level = [search.root];
  for (let depth = 0; depth < longest && search.steps < most && level.length > 0; depth += 1)
    level = level.flatMap((node) => (search.steps < most ? search.expand(node) : []));
  return search.result();
}

/** A breadth-first search over episodes. */
class Search {
  readonly root: Node;
  steps = 0;
  readonly #created: EpisodeCreated;
  readonly #policy: Policy;
  readonly #moves: Move[];
  readonly #rules: [string, Invariant][];
  readonly #decide: NonNullable<Exploration['decide']>;
  readonly #announce: typeof announce;
  readonly #seen: Set<string>;
  readonly #states: Set<string>;
  readonly #edges = new Map<string, EpisodeEvent[]>();
  readonly #refusals = new Set<ErrorCode>();

  constructor(exploration: Exploration) {
    const { policy = {}, invariants: own = {} } = exploration;
    this.#policy = parsePolicy(policy);
    this.#created = episodeCreated(policy);
    this.#moves = movesFor(this.#policy);
    this.#rules = Object.entries({ ...invariants, ...own });
    this.#decide = exploration.decide ?? decide;
    this.#announce = exploration.announce ?? announce;
    this.root = {
      snapshot: initialSnapshot(this.#created),
      from: undefined,
      event: undefined,
      ledger: new Ledger(),
      paid: 0,
      isGuarded: true,
    };
    this.#seen = new Set([keyOf(this.root)]);
    this.#states = new Set([stateName(this.root.snapshot)]);
  }

  /** Tries everything on one episode; gives those that nobody has seen yet. */
  expand(node: Node): Node[] {
    const phase = nextPhase(node.snapshot);
    const day = this.#dayOf(node);
    const fresh: Node[] = [];
    for (const move of this.#moves) {
      const after = this.#step(node, move(day, phase));
      if (!after) continue;
      const key = keyOf(after);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#states.add(stateName(after.snapshot));
      fresh.push(after);
    }
    return fresh;
  }

  #step(node: Node, event: EpisodeEvent): Node | undefined {
    this.steps += 1;
    const decision = this.#decide(node.snapshot, event);
    if (!decision.accepted) {
      this.#refusals.add(checkedRefusal(node, event, decision.refusal));
      return undefined;
    }
    const after = follow(node, event, decision.snapshot);
    const { paid, isGuarded } = after;
    checkStep(
      this.#rules,
      {
        before: node.snapshot,
        event,
        after: after.snapshot,
        announcements: this.#announce(node.snapshot, event, after.snapshot),
        day: this.#dayOf(after),
        paid,
        isGuarded,
      },
      after,
    );
    const edge = `${stateName(node.snapshot)} ${event.type} ${stateName(after.snapshot)}`;
    if (!this.#edges.has(edge)) this.#edges.set(edge, storyOf(after));
    return after;
  }

  #dayOf({ ledger }: Node): DayMoney {
    return ledger.money(exploredDay, this.#policy.dailyCap);
  }

  result(): Explored {
    return {
      created: this.#created,
      steps: this.steps,
      episodes: this.#seen.size,
      states: [...this.#states].toSorted(),
      refusals: [...this.#refusals].toSorted(),
      paths: [...this.#edges.values()],
    };
  }
}

function follow(node: Node, event: EpisodeEvent, snapshot: EpisodeSnapshot): Node {
  const moved = moneyMove(node.snapshot.context, event);
  const isUnguarded =
    event.type === 'cost.recorded' ||
    event.type === 'cost.corrected' ||
    (moved !== undefined && moved.spent + moved.reserved > 0 && event.type === 'operation.settled');
  const ledger = new Ledger();
  for (const [date, money] of node.ledger.days) ledger.set(date, money);
  ledger.book(node.snapshot.context, event);
  return {
    snapshot,
    from: node,
    event,
    ledger,
    paid: node.paid + (moved?.spent ?? 0),
    isGuarded: node.isGuarded && !isUnguarded,
  };
}

/** What tells two episodes apart: the state, and everything that a guard looks at. */
function keyOf({ snapshot: { context, value }, isGuarded }: Node): string {
  const { phases, money, operations, budgets, failure, recoveries } = context;
  return JSON.stringify([
    value,
    isGuarded,
    money,
    operations,
    budgets.total,
    failure?.code,
    recoveries,
    phaseNames.map((name) => [phases[name].status, phases[name].spent, phases[name].warned]),
  ]);
}

function storyOf(node: Node): EpisodeEvent[] {
  const events: EpisodeEvent[] = [];
  for (let each: Node | undefined = node; each?.event; each = each.from) events.unshift(each.event);
  return events;
}

function checkStep(rules: readonly [string, Invariant][], step: ExploredStep, node: Node): void {
  for (const [sentence, holds] of rules) {
    if (!holds(step))
      throw new StoryFailed(
        `broken: ${sentence}. The story:\n${told(storyOf(node))}\nled to ${stateName(step.after)} with ${JSON.stringify(step.after.context.money)}.`,
      );
  }
}

function checkedRefusal(
  node: Node,
  event: EpisodeEvent,
  { code, message }: { code: ErrorCode; message: string },
): ErrorCode {
  if (
    Object.hasOwn(errorRemedies, code) &&
    message.includes(node.snapshot.context.sessionId) &&
    message.endsWith('.')
  )
    return code;
  throw new StoryFailed(
    `broken: no refusal without a code and a sentence that names the episode. The story:\n${told([...storyOf(node), event])}\nends with ${code}: ${message}`,
  );
}

function told(story: readonly EpisodeEvent[]): string {
  return story.map((event, index) => `${index + 1}. ${JSON.stringify(event)}`).join('\n');
}
