import { Score, Topic } from '../../machines/index.js';
import { plainKey, shown } from './known-keys.js';
import type { Report } from './report.js';
import { isObject } from './values.js';

const longestTopic = 500;

/** What it is about, as far as it fits; "untitled" where it does not say. */
export function readTopic(value: unknown, where: string, report: Report): string {
  if (typeof value === 'string' && value.length > longestTopic)
    report.note('warning', where, `it has ${value.length} characters`, `cut to ${longestTopic}`);
  const topic = Topic.safeParse(typeof value === 'string' ? value.slice(0, longestTopic) : value);
  if (topic.success) return topic.data;
  report.note(
    'warning',
    where,
    value === undefined ? 'it is missing' : 'it is not a readable text',
    'imported as "untitled"',
  );
  return 'untitled';
}

/** Its scores by plain names; what is none is told and left out. */
export function readScores(value: unknown, where: string, report: Report): Record<string, number> {
  const scores: Record<string, number> = {};
  if (value !== undefined && !isObject(value))
    report.note('warning', where, `${shown(value)} is no object of scores`, 'left out');
  for (const [key, score] of Object.entries(isObject(value) ? value : {})) {
    const read = Score.safeParse(score);
    const name = plainKey(key);
    if (Object.hasOwn(scores, name))
      report.note('warning', `${where}.${key.slice(0, 60)}`, 'it is there twice', 'the later one counts');
    if (read.success && /^[a-z][a-z0-9_]{0,63}$/.test(name) && name !== 'constructor')
      scores[name] = read.data;
    else report.note('warning', where, `${JSON.stringify(name.slice(0, 60))} is no score`, 'left out');
  }
  return scores;
}
