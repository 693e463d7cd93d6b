import type { AnyStateMachine, AnyStateNode } from 'xstate';

/**
 * The structure hash of a chart: 16 hexadecimal digits over its states, events, targets, guards and actions, and the order of guarded ways.
 * Persisted snapshots carry it, because XState's own carry neither id nor version (xstate 5.33.3).
 */
export function structureHash(machine: AnyStateMachine): string {
  const text = JSON.stringify(describe(machine.root));
  return `${fnv1a(text, 0x811c9dc5)}${fnv1a(text, 0x01234567)}`;
}

function describe(node: AnyStateNode): unknown {
  const ways = [...node.transitions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, list]) => [
      type,
      list.map((way) => [
        nameOf(way.guard),
        way.target?.map((target) => target.id) ?? null,
        way.actions.map(nameOf),
        way.reenter,
      ]),
    ]);
  const hooks = [node.entry.map(nameOf), node.exit.map(nameOf)];
  return [
    node.key,
    node.type,
    node.initial?.target.map((target) => target.id) ?? null,
    ways,
    hooks,
    Object.values(node.states).map(describe),
  ];
}

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  const type = (part as { type?: unknown } | undefined)?.type;
  return typeof type === 'string' ? type : '';
}

/** FNV-1a in 32 bits, as 8 hexadecimal digits: enough to notice a change, or to spread keys; not a defence. */
export function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
