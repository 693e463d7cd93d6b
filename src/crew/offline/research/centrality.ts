/** TextRank (Mihalcea and Tarau 2004): how much the other sentences point at each one; the highest gets 1. */
export function centrality(edges: readonly ReadonlyMap<number, number>[]): number[] {
  const strength = edges.map((around) => [...around.values()].reduce((sum, weight) => sum + weight, 0));
  let rank = edges.map(() => 1);
  for (let round = 0; round < 25; round += 1) {
    rank = edges.map((around) => {
      let sum = 0;
      for (const [other, weight] of around) sum += (weight / (strength[other] || 1)) * (rank[other] ?? 0);
      return 0.15 + 0.85 * sum;
    });
  }
  const highest = rank.reduce((most, value) => Math.max(most, value), 0) || 1;
  return rank.map((value) => value / highest);
}
