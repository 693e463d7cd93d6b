import { sayableHeading } from '../research/theme-title.js';
import { speakableTitle } from './speakable.js';

/** `guides/getting-started.md` → `getting started`. */
function fromFileName(file: string): string {
  return speakableTitle(
    file
      .replace(/^.*\//u, '')
      .replace(/\.\w+$/u, '')
      .replaceAll(/[-_.]+/gu, ' '),
  );
}

/** How the hosts call each source: by its title when that can be said and is its own, else by its file's name. */
export function sourceNames(sources: readonly { file: string; title: string }[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { file, title } of sources) {
    const said = speakableTitle(title);
    const byTitle =
      said !== '' &&
      said.split(' ').length <= 8 &&
      (sayableHeading(title) !== undefined || /^[A-Z][\w-]+$/u.test(title));
    const wished = byTitle && !taken.has(said) ? said : fromFileName(file);
    const name = wished === '' ? 'an unnamed document' : wished;
    taken.add(name);
    names.set(file, name);
  }
  return names;
}

/** "a", "a and b", "a, b and c". */
export function spokenList(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
