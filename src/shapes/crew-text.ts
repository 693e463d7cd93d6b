/** A crew by its name and, where it tells one, its version: `bees 1.2`. Without a name it is whoever takes the episode up. */
export function crewText({ name, version }: { name: string | null; version: string | null }): string {
  return `${name ?? 'whoever takes it up'}${version === null ? '' : ` ${version}`}`;
}
