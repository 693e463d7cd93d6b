import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** One way out of a state, as the drawings show it: guarded alternatives to the same target are one way. */
interface Way {
  event: string;
  /** The target's path, `script.active`; null when the state stays. */
  target: string | null;
}

/** One state, as drawings place it. */
export interface ChartState {
  /** Its path: `script.active`. */
  id: string;
  label: string;
  description: string;
  parent: string | null;
}

/** One arrow: everything that leads from one state to another. The outermost state's source is the empty text; a null target stays. */
export interface ChartEdge {
  source: string;
  target: string | null;
  events: string[];
}

/** The chart's states, outer ones before those inside. Pure. */
export function chartStates(machine: AnyStateMachine): ChartState[] {
  return descendantsOf(machine.root).map((node) => ({
    id: pathOf(node),
    label: node.key,
    description: node.description ?? '',
    parent: node.parent?.parent ? pathOf(node.parent) : null,
  }));
}

/** The chart's arrows: one for each pair of states, with all events that lead there. Pure. */
export function chartEdges(machine: AnyStateMachine): ChartEdge[] {
  return [machine.root, ...descendantsOf(machine.root)].flatMap((node) => {
    const byTarget = new Map<string | null, string[]>();
    for (const { event, target } of waysOf(node))
      byTarget.set(target, [...(byTarget.get(target) ?? []), event]);
    return [...byTarget].map(([target, events]) => ({ source: pathOf(node), target, events }));
  });
}

/** The chart as a Mermaid `stateDiagram-v2`. What can happen in every state is told in one note instead of dozens of arrows. Pure. */
export function drawMermaid(machine: AnyStateMachine): string {
  const { root } = machine;
  const first = firstOf(root);
  const everywhere = wrap(`Almost everywhere: ${showWays(waysOf(root), '')}.`, 90);
  return [
    'stateDiagram-v2',
    ...drawInside(root, '  '),
    ...(first && waysOf(root).length > 0
      ? [`  note left of ${idOf(first)}`, ...everywhere.map((line) => `    ${line}`), '  end note']
      : []),
  ].join('\n');
}

function drawInside(node: AnyStateNode, indent: string): string[] {
  const first = firstOf(node);
  return [
    ...(first ? [`${indent}[*] --> ${idOf(first)}`] : []),
    ...childrenOf(node).flatMap((child) => drawState(child, indent)),
    ...descendantsOf(node).flatMap((inner) => drawWays(inner, node, indent)),
  ];
}

function drawState(node: AnyStateNode, indent: string): string[] {
  if (childrenOf(node).length === 0) return [`${indent}state "${node.key}" as ${idOf(node)}`];
  return [
    `${indent}state "${node.key}" as ${idOf(node)} {`,
    ...drawInside(node, `${indent}  `),
    `${indent}}`,
  ];
}

/**
 * One arrow per target, with all events that lead there, drawn in the innermost state around both ends: Mermaid takes a state that is
 * first named inside another for a part of it. Costs land without moving the state, so they are not drawn.
 */
function drawWays(node: AnyStateNode, around: AnyStateNode, indent: string): string[] {
  const byTarget = new Map<string, string[]>();
  for (const { event, target } of waysOf(node)) {
    if (target !== null && commonPath(pathOf(node), target) === pathOf(around))
      byTarget.set(target, [...(byTarget.get(target) ?? []), event]);
  }
  return [...byTarget].map(
    ([target, events]) => `${indent}${idOf(node)} --> ${target.replaceAll('.', '_')}: ${events.join(', ')}`,
  );
}

/** The path of the innermost state that has both inside. */
function commonPath(a: string, b: string): string {
  const [own, other] = [a.split('.').slice(0, -1), b.split('.').slice(0, -1)];
  const apart = own.findIndex((name, index) => name !== other[index]);
  return own.slice(0, apart === -1 ? own.length : apart).join('.');
}

/** The chart as Markdown: what each state is, and which events it takes, guards aside, with where they lead. Pure. */
export function describeChart(machine: AnyStateMachine): string {
  const { root } = machine;
  const everywhere = waysOf(root);
  const leaves = leavesOf(root);
  return [
    '| state | what it is | events of its own |',
    '|---|---|---|',
    ...leaves.map((leaf) => `| ${pathOf(leaf)} | ${leaf.description ?? ''} | ${showWays(ownWays(leaf))} |`),
    '',
    `Besides, every state takes, where it is not told otherwise: ${showWays(everywhere)}.`,
    '',
    ...leaves.flatMap((leaf) => {
      const closed = forbiddenIn(leaf, everywhere);
      return closed.length > 0
        ? [`Not in ${pathOf(leaf)}: ${closed.map((event) => `\`${event}\``).join(', ')}.`, '']
        : [];
    }),
    '| event | states that take it |',
    '|---|---|',
    ...eventsOf(root).map((event) => `| \`${event}\` | ${statesFor(event, leaves).join(', ')} |`),
  ].join('\n');
}

function statesFor(event: string, leaves: AnyStateNode[]): string[] {
  const taking = leaves.filter((leaf) => takes(leaf, event));
  const missing = leaves.filter((leaf) => !taking.includes(leaf));
  if (missing.length === 0) return ['every state'];
  return missing.length <= 3 ? [`every state but ${missing.map(pathOf).join(', ')}`] : taking.map(pathOf);
}

/** Whether the innermost state that mentions the event has a way for it. */
function takes(leaf: AnyStateNode, event: string): boolean {
  for (let node: AnyStateNode | undefined = leaf; node; node = node.parent) {
    if (node.transitions.has(event)) return waysOf(node).some((way) => way.event === event);
  }
  return false;
}

function forbiddenIn(leaf: AnyStateNode, everywhere: Way[]): string[] {
  return [...new Set(everywhere.map(({ event }) => event))].filter((event) => !takes(leaf, event));
}

/** A leaf's ways and those of the states around it, the outermost apart. */
function ownWays(leaf: AnyStateNode): Way[] {
  const nodes: AnyStateNode[] = [];
  for (let node: AnyStateNode | undefined = leaf; node?.parent; node = node.parent) nodes.push(node);
  return nodes.flatMap(waysOf);
}

/** `cost.recorded → failed or stays`; an event that never moves the state stands alone. */
function showWays(ways: Way[], quote = '`'): string {
  const byEvent = new Map<string, (string | null)[]>();
  for (const { event, target } of ways) byEvent.set(event, [...(byEvent.get(event) ?? []), target]);
  return [...byEvent]
    .map(([event, targets]) => {
      const leads = targets.some((target) => target !== null);
      return `${quote}${event}${quote}${leads ? ` → ${targets.map((target) => target ?? 'stays').join(' or ')}` : ''}`;
    })
    .join(', ');
}

function waysOf(node: AnyStateNode): Way[] {
  const seen = new Map<string, Way>();
  for (const [event, list] of node.transitions) {
    for (const way of list) {
      const target = way.target?.[0] ? pathOf(way.target[0]) : null;
      if (target !== null || way.actions.length > 0)
        seen.set(`${event} ${String(target)}`, { event, target });
    }
  }
  return [...seen.values()];
}

function leavesOf(root: AnyStateNode): AnyStateNode[] {
  return descendantsOf(root).filter((node) => childrenOf(node).length === 0);
}

function eventsOf(root: AnyStateNode): string[] {
  return [
    ...new Set([root, ...descendantsOf(root)].flatMap((node) => waysOf(node).map(({ event }) => event))),
  ].toSorted();
}

function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

function descendantsOf(node: AnyStateNode): AnyStateNode[] {
  return childrenOf(node).flatMap((child) => [child, ...descendantsOf(child)]);
}

function firstOf(node: AnyStateNode): AnyStateNode | undefined {
  return node.initial?.target?.[0];
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** Mermaid knows a state by a name without dots, unique in the whole diagram. */
function idOf(node: AnyStateNode): string {
  return node.path.join('_');
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
