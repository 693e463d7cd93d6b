/** So many of the counts, the most frequent first: `mcp__speech 3 ×, mcp__search 1 ×`, and how many there are more. */
export function countsText(counts: Readonly<Record<string, number>>, most = 3): string {
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const more = all.length > most ? `, and ${all.length - most} more` : '';
  return all
    .slice(0, most)
    .map(([name, count]) => `${name} ${count} ×`)
    .join(', ')
    .concat(more);
}
