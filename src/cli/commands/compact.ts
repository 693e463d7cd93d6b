import type { Run } from '../command.js';

export const run: Run = async (context) => {
  const manager = await context.open();
  const compacted = manager.production.compact();
  const [before, after] = compacted.reduce<[number, number]>(
    ([x, y], each) => [x + each.before, y + each.after],
    [0, 0],
  );
  const text =
    compacted.length === 0
      ? 'Nothing to compress: only sealed segments are, at 16 MiB each.'
      : `${compacted.length} segment(s): ${before} bytes became ${after}.`;
  return { json: { segments: compacted, before, after }, text };
};
