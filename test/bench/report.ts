import Table from 'cli-table3';

export interface Results {
  sequentialShare: number;
  sequentialPerSecond: number;
  rawPerSecond: number;
  bytesPerCommit: number;
  concurrentMultiple: number;
  concurrentPerSecond: number;
  growth10k: number;
  keys5k: number;
  openMs10k: number;
  rehydrateMs: number;
  bytesPerLiveEpisode: number;
  lowdbPerSecond10: number;
  lowdbPerSecond1000: number;
  lowdbConcurrentPerSecond: number;
  coldStart10: number | null;
  coldStart10k: number | null;
  listMs10: number | null;
  listMs10k: number | null;
  bareNodeMs: number | null;
  coldStartShow: number | null;
  coldStartCost: number | null;
  coldStartStatusLine: number | null;
  serverReady: number | null;
  serverReadyMs: number | null;
}

const rows: [keyof Results, string, string, number][] = [
  [
    'sequentialShare',
    'Commits one after the other, as a share of raw append + fdatasync',
    'aim 0.9, at least 0.75',
    2,
  ],
  ['sequentialPerSecond', '… commits a second', '', 0],
  ['rawPerSecond', '… raw appends of as many bytes a second', '', 0],
  ['bytesPerCommit', 'Bytes written to the journal per commit', '', 0],
  [
    'concurrentMultiple',
    '1,000 episodes at once, as a multiple of raw appends one after the other',
    'aim 15, at least 10',
    1,
  ],
  ['concurrentPerSecond', '… commits a second', '', 0],
  ['growth10k', 'Cost of a commit beside 10,000 ended episodes, over beside 10', 'at most 1.2', 2],
  ['keys5k', 'Cost of a keyed cost in an episode with 5,000 keys, over one with few', 'at most 1.2', 2],
  ['openMs10k', 'Opening a production with 10,000 ended episodes, ms', '', 1],
  ['rehydrateMs', 'Reading one ended episode out of 10,000, ms', '', 2],
  ['bytesPerLiveEpisode', 'Memory per episode at work, bytes', '', 0],
  ['lowdbPerSecond10', 'Plain lowdb, unsynced, 10 episodes: writes a second', '', 0],
  ['lowdbPerSecond1000', 'Plain lowdb, unsynced, 1,000 episodes: writes a second', '', 0],
  ['lowdbConcurrentPerSecond', 'Plain lowdb, unsynced, 1,000 episodes at once: changes a second', '', 0],
  ['coldStart10', '`showrunner list` with 10 ended episodes, over `node -e 0`', 'aim 1.5', 2],
  ['coldStart10k', '`showrunner list` with 10,000 ended episodes, over `node -e 0`', 'aim 1.5', 2],
  ['listMs10', '… `list` with 10, ms', '', 0],
  ['listMs10k', '… `list` with 10,000, ms', '', 0],
  ['bareNodeMs', '… `node -e 0`, ms', '', 0],
  ['coldStartShow', '`showrunner show`, over `node -e 0`', 'aim 1.7', 2],
  ['coldStartCost', '`showrunner cost`, which commits, over `node -e 0`', 'aim 1.7', 2],
  ['coldStartStatusLine', '`showrunner statusline`, over `node -e 0`', 'aim 1.7', 2],
  ['serverReady', '`showrunner mcp` until its first answer, over `node -e 0`', '', 2],
  ['serverReadyMs', '… `mcp` until its first answer, ms', 'at most 400', 0],
];

export function print(results: Partial<Results>, asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify(results)}\n`);
    return;
  }
  const table = new Table({ head: ['Measured', 'Result', 'Wanted'], style: { head: [], border: [] } });
  for (const [key, what, wanted, digits] of rows) {
    const value = results[key];
    if (value === undefined) continue;
    table.push([
      what,
      value === null
        ? 'not yet'
        : value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits }),
      wanted,
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
