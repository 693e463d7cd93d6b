import { appendFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** What attacks of one kind came to. */
export interface Counted {
  /** In SECURITY.md's words. */
  attack: string;
  cases: number;
  /** Processes that ended otherwise than by themselves. */
  ended: number;
  hangs: number;
  /** Texts of others that were shown, and files of others that changed. */
  outside: number;
}

/** The variable that names the file in which the suite adds up: see table.ts. */
export const countsFile = 'SHOWRUNNER_COUNTS';

const security = readFileSync(fileURLToPath(new URL('../../docs/SECURITY.md', import.meta.url)), 'utf8');

/** Holds attacks to what docs/SECURITY.md says of them: as many cases or more, and nothing ended, hung or got outside. */
export function expectHeld(line: Counted): void {
  const path = process.env[countsFile];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
  const row = security.split('\n').find((each) => each.startsWith(`| ${line.attack} |`)) ?? '';
  const [, , cases = '', ...zeros] = row.split('|').map((cell) => cell.trim());
  expect({ attack: line.attack, zeros: zeros.slice(0, 3) }).toEqual({
    attack: line.attack,
    zeros: ['0', '0', '0'],
  });
  expect(line).toEqual({ ...line, ended: 0, hangs: 0, outside: 0 });
  expect(line.cases).toBeGreaterThanOrEqual(Number(cases.replaceAll(',', '')));
  expect(Number(cases.replaceAll(',', ''))).toBeGreaterThan(0);
}
