import type { FileView } from '../../api.js';

/** The texts of a phase, what is to be judged first: the script that is spoken, then the final text, then what led to it. */
export function reviewFiles(files: readonly FileView[]): FileView[] {
  return files
    .filter(({ kind }) => kind === 'text')
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function rank({ name }: FileView): number {
  if (/^(?:spoken_)?script\.json$/i.test(name)) return 0;
  const isProse = /\.(?:md|markdown|txt)$/i.test(name);
  if (isProse && /polished|final|edited/i.test(name)) return 1;
  if (isProse) return /initial|draft|raw/i.test(name) ? 3 : 2;
  return 4;
}
