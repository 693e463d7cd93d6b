import { Fragment, options, type VNode } from 'preact';
import { escapeLinesForTerminal } from '../../../../machines/escape.js';

/**
 * Whatever a crew, an agent or a person has written: orders to write from right to left and control characters are shown and not obeyed, as in a
 * terminal. Else what is approved would read otherwise than it is spoken. What is edited stays as it is.
 */
export function showSigns(): void {
  const { vnode: before } = options;
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string' || vnode.type === Fragment) showIn(vnode.props);
    before?.(vnode);
  };
}

function showIn(props: VNode['props']): void {
  const given = props as Record<string, unknown>;
  for (const name of ['children', 'title', 'aria-label']) if (name in given) given[name] = shown(given[name]);
}

function shown(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(shown);
  return typeof given === 'string' ? escapeLinesForTerminal(given) : given;
}
