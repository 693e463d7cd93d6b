/**
 * What each state does with each event, as someone would send it who works on the episode's present phase (words.ts).
 * A cell names the state that the event leads to; `=` it is taken and the state stays; `-` it is refused with `wrong_state`.
 * The last rows are costs that pass a cap. Change a cell only on purpose: it is a promise to those who call.
 */
export const table = `
event                      | init  r.pen r.act r.pau r.rev s.pen s.act s.pau s.rev a.pen a.act a.pau a.rev comp  fail  reco  arch
episode.forked             | s.pen -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
episode.scheduled          | =     =     =     =     =     =     =     =     =     =     =     =     =     -     =     =     -
crew.chosen                | =     =     =     =     =     =     =     =     =     =     =     =     =     -     =     =     -
phase.start                | r.act r.act -     -     -     s.act -     -     -     a.act -     -     -     -     -     -     -
phase.complete             | -     -     s.pen -     -     -     a.pen -     -     -     comp  -     -     -     -     -     -
phase.skip                 | s.pen s.pen s.pen s.pen -     a.pen a.pen a.pen -     comp  comp  comp  -     -     -     -     -
phase.fulfill              | s.pen s.pen s.pen s.pen -     a.pen a.pen a.pen -     comp  comp  comp  -     -     -     -     -
phase.pause                | -     -     r.pau -     -     -     s.pau -     -     -     a.pau -     -     -     -     -     -
phase.resume               | -     -     -     r.act -     -     -     s.act -     -     -     a.act -     -     -     -     -
phase.sleep                | -     -     =     -     -     -     =     -     -     -     =     -     -     -     -     -     -
phase.failed               | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  -     -     fail  -
review.approve             | -     -     -     -     s.pen -     -     -     a.pen -     -     -     comp  -     -     -     -
review.reject              | -     -     -     -     r.act -     -     -     s.act -     -     -     a.act -     -     -     -
cost.reserve               | -     -     =     -     -     -     =     -     -     -     =     -     -     -     -     -     -
cost.recorded              | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
cost.corrected             | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
operation.settled          | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
result.recorded            | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
operation.released         | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
operation.held             | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
operation.retry            | -     -     =     -     -     -     =     -     -     -     =     -     -     -     -     -     -
checkpoint.save            | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
checkpoint.restore         | r.pen =     r.pen r.pen r.pen r.pen r.pen r.pen r.pen r.pen r.pen r.pen r.pen -     r.pen r.pen -
artifact.edited            | -     -     -     -     =     -     -     -     =     -     -     -     =     =     -     -     -
quality.recorded           | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
budget.raise               | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
budget.set                 | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
rules.changed              | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
recovery.begin             | -     -     -     -     -     -     -     -     -     -     -     -     -     -     reco  -     -
recovery.resume            | -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     r.pen -
lease.claim                | =     =     =     =     =     =     =     =     =     =     =     =     =     -     =     =     -
lease.renew                | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
lease.release              | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
notice.begin               | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
notice.given               | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
notice.failed              | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
notice.remind              | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     -
episode.cancelled          | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  -     =     fail  -
episode.archive            | -     -     -     -     -     -     -     -     -     -     -     -     -     arch  arch  -     -
episode.unarchive          | -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     fail
cost.recorded > total      | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  =     =     fail  =
cost.recorded > day        | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  =     =     fail  =
cost.corrected > total     | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  =     =     fail  =
cost.corrected > day       | =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =     =
operation.settled > total  | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  =     =     fail  =
operation.settled > day    | fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  fail  =     =     fail  =
`;

const states: Record<string, string> = {
  init: 'initialized',
  comp: 'complete',
  fail: 'failed',
  reco: 'recovery',
  arch: 'archived',
  pen: 'pending',
  act: 'active',
  pau: 'paused',
  rev: 'review',
  r: 'research',
  s: 'script',
  a: 'audio',
};

/** `r.act` reads `research.active`. */
function longName(short: string): string {
  return short
    .split('.')
    .map((part) => states[part] ?? `unknown (${part})`)
    .join('.');
}

export interface Cell {
  row: string;
  state: string;
  /** The state after it; null when the event is refused. */
  leadsTo: string | null;
}

/** The table's cells. A row that has too few or too many is an error. */
export function cells(): Cell[] {
  const [head = '', ...rows] = table.trim().split('\n');
  const columns = cut(head).map(longName);
  return rows.flatMap((line) => {
    const row = line.split('|')[0]?.trim() ?? '';
    const decided = cut(line);
    if (decided.length !== columns.length)
      throw new Error(`the row of ${row} has ${decided.length} cells for ${columns.length} states`);
    return columns.map((state, index) => {
      const cell = decided[index] ?? '';
      return { row, state, leadsTo: cell === '-' ? null : cell === '=' ? state : longName(cell) };
    });
  });
}

function cut(line: string): string[] {
  return (line.split('|')[1] ?? '').trim().split(/\s+/);
}
