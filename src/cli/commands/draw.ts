import { drawMermaid, episodeMachine, rehydrate } from '../../../machines/index.js';
import { chartView, drawScxml, drawSvg, standingOf, type Standing } from '../../draw/index.js';
import type { Run } from '../command.js';
import { findEpisode } from '../find-episode.js';
import { UsageError } from '../usage-error.js';

const formats: Record<string, (standing: Standing | undefined) => Promise<string> | string> = {
  svg: async (standing) => drawSvg(await chartView(), standing),
  mermaid: (standing) =>
    [drawMermaid(episodeMachine), ...(standing ? litInMermaid(standing) : []), ''].join('\n'),
  scxml: (standing) => drawScxml(episodeMachine, standing),
  json: (standing) =>
    `${JSON.stringify({ machine: episodeMachine.config, ...(standing ? { episode: standing } : {}) }, undefined, 2)}\n`,
};

export const run: Run = async (context, [name], options) => {
  const format = typeof options['format'] === 'string' ? options['format'] : 'svg';
  const draw = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (!draw)
    throw new UsageError(`--format: ${JSON.stringify(format)} is none of ${Object.keys(formats).join(', ')}`);
  let standing: Standing | undefined;
  if (name !== undefined) {
    const manager = await context.open({ readOnly: true });
    standing = standingOf(rehydrate(await manager.getSnapshot(await findEpisode(manager, name))));
  }
  const text = await draw(standing);
  return { json: { format, drawing: text, ...(standing ? { episode: standing } : {}) }, text };
};

function litInMermaid({ state, money }: Standing): string[] {
  const sums = Object.entries(money).map(
    ([phase, { spent, reserved, budget }]) =>
      `  note right of ${phase}: $${spent.toFixed(2)}${reserved > 0 ? ` + $${reserved.toFixed(2)} reserved` : ''} of $${budget.toFixed(2)}`,
  );
  return [...sums, '  classDef lit fill:#4338ca,color:#fff', `  class ${state.replaceAll('.', '_')} lit`];
}
