import type { AnyStateMachine, AnyStateNode } from 'xstate';

/**
 * Checks of a chart that TypeScript and XState leave out: unknown names are skipped silently and targets are not checked (xstate 5.33.3).
 * Gives one sentence per problem: a guard or action without an implementation or a name, or that
 * nothing uses; a state that nothing reaches or describes; an invoke, a timer, an eventless transition, a pattern of events.
 */
export function lintChart(machine: AnyStateMachine): string[] {
  const nodes = [...allNodes(machine.root)];
  return [
    ...nodes.flatMap((node) => lintNames(machine, node)),
    ...lintUnused(machine, nodes),
    ...nodes.flatMap(lintTimers),
    ...lintReachable(machine, nodes),
    ...lintDescriptions(nodes),
  ];
}

function* allNodes(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* allNodes(child);
}

function waysOf(node: AnyStateNode) {
  return [...node.transitions.values()].flat();
}

function lintNames(machine: AnyStateMachine, node: AnyStateNode): string[] {
  const { guards, actions } = machine.implementations;
  return waysOf(node)
    .flatMap((way) => [
      ...(typeof way.guard === 'string' && !Object.hasOwn(guards, way.guard)
        ? [`${node.id}: guard ${way.guard} is not implemented.`]
        : []),
      ...(way.guard !== undefined && typeof way.guard !== 'string'
        ? [`${node.id}: a guard of ${way.eventType} has no name.`]
        : []),
      ...way.actions.flatMap((action) => lintAction(node, action, way.eventType, actions)),
    ])
    .concat(
      [...node.entry, ...node.exit].flatMap((action) => lintAction(node, action, 'entry or exit', actions)),
    );
}

function lintAction(node: AnyStateNode, action: unknown, event: string, known: object): string[] {
  const name = actionName(action);
  if (name === undefined) return [`${node.id}: an action of ${event} has no name.`];
  return Object.hasOwn(known, name) ? [] : [`${node.id}: action ${name} of ${event} is not implemented.`];
}

/** Functions written into the chart have a type too, their own name: they are not in the implementations. */
function actionName(action: unknown): string | undefined {
  if (typeof action === 'string') return action;
  return typeof action === 'object' ? (action as { type?: string }).type : undefined;
}

function lintUnused(machine: AnyStateMachine, nodes: AnyStateNode[]): string[] {
  const ways = nodes.flatMap(waysOf);
  const guards = new Set<unknown>(ways.map((way) => way.guard));
  const actions = new Set<unknown>(
    [...ways.flatMap((way) => way.actions), ...nodes.flatMap((node) => [...node.entry, ...node.exit])].map(
      actionName,
    ),
  );
  const unused = (kind: string, known: object, used: Set<unknown>): string[] =>
    Object.keys(known).flatMap((name) =>
      used.has(name) ? [] : [`${machine.id}: ${kind} ${name} is implemented and never used.`],
    );
  return [
    ...unused('guard', machine.implementations.guards, guards),
    ...unused('action', machine.implementations.actions, actions),
  ];
}

function lintTimers(node: AnyStateNode): string[] {
  return [
    ...(node.invoke.length > 0 ? [`${node.id}: invokes an actor, which would run again on restore.`] : []),
    ...(node.after.length > 0
      ? [`${node.id}: has a delayed transition, which would be lost on restore.`]
      : []),
    ...(node.always && node.always.length > 0 ? [`${node.id}: has an eventless transition.`] : []),
    ...(node.type === 'history' ? [`${node.id}: is a history, and a snapshot has none.`] : []),
    ...[...node.transitions.keys()]
      .filter((event) => event.includes('*'))
      .map((event) => `${node.id}: takes events by the pattern ${event}; name each.`),
  ];
}

function lintReachable(machine: AnyStateMachine, nodes: AnyStateNode[]): string[] {
  const reached = new Set<AnyStateNode>();
  const enter = (node: AnyStateNode): void => {
    for (let outer: AnyStateNode | undefined = node; outer; outer = outer.parent) reached.add(outer);
    for (const target of node.initial?.target ?? []) if (!reached.has(target)) enter(target);
  };
  enter(machine.root);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const node of reached)
      for (const target of waysOf(node).flatMap((way) => way.target ?? []))
        if (!reached.has(target)) enter(target);
  }
  return nodes.filter((node) => !reached.has(node)).map((node) => `${node.id}: no way leads here.`);
}

function lintDescriptions(nodes: AnyStateNode[]): string[] {
  return nodes
    .filter((node) => node.parent && !node.description)
    .map((node) => `${node.id}: has no description.`);
}
