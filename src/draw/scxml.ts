import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { escapeForXml } from '../../machines/index.js';
import type { Standing } from './standing.js';

/**
 * The chart as SCXML (W3C, 1 September 2015): states, transitions, guards by name as `cond`. Its data model is `null`, since guards and
 * reducers are code; an episode's place is the document's `initial`. Pure.
 */
export function drawScxml(machine: AnyStateMachine, standing?: Standing): string {
  const { root } = machine;
  const initial = standing ? standing.state.replaceAll('.', '_') : first(root);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="null" name="${escapeForXml(machine.id)}" initial="${initial}">`,
    // What the outermost state takes belongs to every state, and scxml itself has no transitions.
    ...(root.transitions.size > 0
      ? [
          `  <state id="${escapeForXml(machine.id)}" initial="${first(root)}">`,
          ...transitions(root, '    '),
          ...children(root, '    '),
          '  </state>',
        ]
      : children(root, '  ')),
    '</scxml>',
    '',
  ].join('\n');
}

function children(node: AnyStateNode, indent: string): string[] {
  return Object.values(node.states).flatMap((child) => {
    const inside = [...transitions(child, `${indent}  `), ...children(child, `${indent}  `)];
    const start = first(child);
    const open = `${indent}<state id="${idOf(child)}"${start ? ` initial="${start}"` : ''}`;
    return inside.length === 0 ? [`${open}/>`] : [`${open}>`, ...inside, `${indent}</state>`];
  });
}

function transitions(node: AnyStateNode, indent: string): string[] {
  return [...node.transitions].flatMap(([event, ways]) =>
    ways.map((way) => {
      const guard = way.guard as string | { type: string } | undefined;
      const name = typeof guard === 'string' ? guard : guard?.type;
      const target = way.target?.[0];
      return `${indent}<transition event="${escapeForXml(event)}"${name ? ` cond="${escapeForXml(name)}"` : ''}${target ? ` target="${idOf(target)}"` : ' type="internal"'}/>`;
    }),
  );
}

function first(node: AnyStateNode): string {
  const target = node.initial?.target?.[0];
  return target ? idOf(target) : '';
}

function idOf(node: AnyStateNode): string {
  return node.path.join('_') || node.machine.id;
}
