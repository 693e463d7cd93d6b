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

/** `a/docs/guide.md` → `a docs guide`. */
const fromPath = (file: string): string => fromFileName(file.replaceAll('/', ' '));

function numbered(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}, number ${String(number)}`)) number += 1;
  return `${name}, number ${String(number)}`;
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
    const asNoun = /^(?:How|Why|What|When|Where|Who)\b/u.test(said) ? `the page called ${said}` : said;
    const wishes = [byTitle ? asNoun : '', fromFileName(file), fromPath(file)];
    const free = wishes.find((wish) => wish !== '' && !taken.has(wish));
    const name = free ?? numbered(wishes.find((wish) => wish !== '') ?? 'an unnamed document', taken);
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
