import type { Reading } from '../english.js';
import { cosine, type Vector } from './similarity.js';
import { themeTitle } from './theme-title.js';
import type { Finding, Theme } from './reports.js';

/** A finding with what themes are formed by. */
export interface Placed {
  finding: Finding;
  vector: Vector;
  reading: Reading;
}

function centroid(group: readonly Placed[]): Vector {
  const sum = new Map<string, number>();
  for (const { vector } of group)
    for (const [stem, weight] of vector) sum.set(stem, (sum.get(stem) ?? 0) + weight);
  const length = Math.sqrt([...sum.values()].reduce((total, weight) => total + weight * weight, 0)) || 1;
  for (const [stem, weight] of sum) sum.set(stem, weight / length);
  return sum;
}

/** A group of sections that will be told together. */
interface Group {
  members: Placed[];
  vector: Vector;
}

/** Likeness, with a bonus for the same file and a malus for a theme that would outgrow the others. */
function affinity(a: Group, b: Group, fairSize: number): number {
  const sameFile = a.members[0]?.finding.file === b.members[0]?.finding.file ? 0.15 : 0;
  const outgrown = Math.max(0, (a.members.length + b.members.length) / fairSize - 1);
  return cosine(a.vector, b.vector) + sameFile - 0.4 * outgrown;
}

/** Joins the smallest group to the one most like it until so many are left. */
function joinSmallest(groups: Group[], wanted: number): Group[] {
  const left = [...groups];
  const fairSize = groups.reduce((sum, { members }) => sum + members.length, 0) / wanted;
  while (left.length > wanted) {
    const smallest = left.reduce((least, group) =>
      group.members.length < least.members.length ? group : least,
    );
    left.splice(left.indexOf(smallest), 1);
    const closest = left.reduce((best, group) =>
      affinity(group, smallest, fairSize) > affinity(best, smallest, fairSize) ? group : best,
    );
    const members = [...closest.members, ...smallest.members];
    left[left.indexOf(closest)] = { members, vector: centroid(members) };
  }
  return left;
}

/** Small letters, but for names that have a capital inside: XState, JSON. */
const commonForm = (word: string): string => (/.[A-Z]/u.test(word) ? word : word.toLowerCase());

/** The nouns that several of a group's findings share, most telling first. */
function keyTerms(group: Group): string[] {
  const forms = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { reading } of group.members) {
    for (const stem of new Set(reading.stems)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
    reading.stems.forEach((stem, index) => {
      if (reading.nouns[index] === true && !forms.has(stem))
        forms.set(stem, commonForm(reading.words[index] ?? stem));
    });
  }
  const weight = ([stem, value]: readonly [string, number]): number =>
    value * ((counts.get(stem) ?? 0) > 1 ? 2 : 1);
  return [...group.vector]
    .filter(([stem]) => forms.has(stem))
    .sort((a, b) => weight(b) - weight(a) || (a[0] < b[0] ? -1 : 1))
    .slice(0, 5)
    .map(([stem]) => forms.get(stem) ?? stem);
}

/** The source that most of a theme is from comes first, and each as it goes on itself. */
function inSourceOrder(members: readonly Placed[]): Placed[] {
  const counts = new Map<string, number>();
  for (const { finding } of members) counts.set(finding.file, (counts.get(finding.file) ?? 0) + 1);
  const count = ({ finding }: Placed): number => counts.get(finding.file) ?? 0;
  return [...members].sort((a, b) => {
    if (a.finding.file === b.finding.file) return a.finding.sentence - b.finding.sentence;
    return count(b) - count(a) || (a.finding.file < b.finding.file ? -1 : 1);
  });
}

/** Groups findings into at most so many themes: by section first, then the small ones with what they are most like; best theme first. */
export function formThemes(placed: readonly Placed[], wanted: number): Theme[] {
  const sections = new Map<string, Placed[]>();
  for (const one of placed) {
    const key = `${one.finding.file}\n${one.finding.heading}`;
    sections.set(key, [...(sections.get(key) ?? []), one]);
  }
  const groups = joinSmallest(
    [...sections.values()].map((members) => ({ members, vector: centroid(members) })),
    wanted,
  );
  const worth = (group: Group): number =>
    group.members.reduce((sum, { finding }) => sum + finding.scores.relevance, 0) / group.members.length;
  const taken = new Set<string>();
  return [...groups]
    .sort((a, b) => worth(b) - worth(a))
    .map((group, index) => {
      const terms = keyTerms(group);
      const title = themeTitle(
        group.members.map(({ finding }) => finding),
        terms,
        taken,
      );
      taken.add(title);
      return {
        title,
        order: index + 1,
        key_terms: terms,
        findings: inSourceOrder(group.members).map(({ finding }) => finding.id),
      };
    });
}
