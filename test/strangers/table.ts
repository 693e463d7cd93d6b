import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const variable = 'SHOWRUNNER_COUNTS';

interface Line {
  attack: string;
  cases: number;
  ended: number;
  hangs: number;
  outside: number;
}

/** Before the suite: where its files count. After it: one table of what they have counted. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-counts-'));
  const path = join(folder, 'counts.ndjson');
  writeFileSync(path, '');
  process.env[variable] = path;
  return () => {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    const sums = new Map<string, Line>();
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      const sum = sums.get(line.attack) ?? { ...line, cases: 0, ended: 0, hangs: 0, outside: 0 };
      for (const key of ['cases', 'ended', 'hangs', 'outside'] as const) sum[key] += line[key];
      sums.set(line.attack, sum);
    }
    if (sums.size > 0) console.table([...sums.values()]);
    rmSync(folder, { recursive: true });
  };
}
