import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { median } from '../measure.js';
import { folderOnDisk, folderUs, warningOf } from '../place.js';
import { drawChart } from './chart.js';
import { contenderNames, contenders, type ContenderName } from './contenders.js';
import { environmentOf } from './environment.js';
import type { LoadResults, Results, Row } from './results.js';
import { playRound, type Load, type Round } from './round.js';
import { asMarkdown, asText } from './table.js';

const { values: options } = parseArgs({
  options: {
    /** Also writes the table and the chart into docs/. */
    docs: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Shows an earlier run's JSON and measures nothing. */
    from: { type: 'string' },
    /** Loads to measure: `1,100,1000`. */
    loads: { type: 'string', default: '1,100,1000' },
  },
});
const mostRounds: Record<number, number> = { 1: 7, 100: 5 };
const longestLoadMs = 360_000;

function rowOf(name: ContenderName, rounds: readonly Record<ContenderName, Round>[]): Row {
  const { title, synced } = contenders[name];
  const middle = (value: (each: Record<ContenderName, Round>) => number): number => median(rounds.map(value));
  return {
    name,
    title,
    synced,
    stepsPerSecond: middle((each) => each[name].stepsPerSecond),
    ratio: middle((each) => each[name].stepsPerSecond / each.showrunner.stepsPerSecond),
    steps: middle((each) => each[name].steps),
    isWhole: rounds.every((each) => each[name].isWhole),
    resumeMs: middle((each) => each[name].resumeMs),
    closeMs: middle((each) => each[name].closeMs),
  };
}

/** Rounds in which everyone takes a turn; who begins changes, so that whatever else the machine does meets all. */
async function measure(load: Load, folder: string): Promise<LoadResults> {
  const rounds: Record<ContenderName, Round>[] = [];
  const most = mostRounds[load.atOnce] ?? 3;
  const began = performance.now();
  while (rounds.length < most && performance.now() - began < longestLoadMs) {
    const first = (rounds.length * 2) % contenderNames.length;
    const turns: [ContenderName, Round][] = [];
    for (const name of [...contenderNames.slice(first), ...contenderNames.slice(0, first)])
      turns.push([name, await playRound(name, load, folder)]);
    rounds.push(Object.fromEntries(turns) as Record<ContenderName, Round>);
    process.stderr.write(`${load.atOnce} at once: round ${rounds.length} of at most ${most}\n`);
  }
  return { ...load, rounds: rounds.length, rows: contenderNames.map((name) => rowOf(name, rounds)) };
}

async function measureAll(): Promise<Results> {
  const folder = folderOnDisk();
  const usForFolder = folderUs(folder);
  const environment = environmentOf(folder, usForFolder);
  const warning = warningOf(usForFolder);
  if (warning) process.stderr.write(`${warning}\n`);
  // Not counted: V8 compiles what everyone runs.
  for (const name of contenderNames) await playRound(name, { atOnce: 10, episodes: 100 }, folder);
  const loads: LoadResults[] = [];
  for (const atOnce of options.loads.split(',').map(Number))
    loads.push(await measure({ atOnce, episodes: Math.max(20, atOnce) }, folder));
  return { environment, loads };
}

function writeDocs(results: Results): void {
  const page = 'docs/benchmarks.md';
  const between = /(<!-- peers:start -->\n)[\s\S]*(<!-- peers:end -->)/;
  const text = readFileSync(page, 'utf8');
  if (!between.test(text)) throw new Error(`${page} has no <!-- peers:start --> and <!-- peers:end -->.`);
  writeFileSync(
    page,
    text.replace(between, (_all, start: string, end: string) => `${start}\n${asMarkdown(results)}\n\n${end}`),
  );
  writeFileSync('docs/images/peers.svg', drawChart(results));
}

const results =
  options.from === undefined
    ? await measureAll()
    : (JSON.parse(readFileSync(options.from, 'utf8')) as Results);
process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : asText(results));
if (options.docs) writeDocs(results);
