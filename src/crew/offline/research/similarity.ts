/** A sentence's stems with their weights, of length 1. */
export type Vector = ReadonlyMap<string, number>;

/** TF-IDF vectors of unit length, one for each list of stems. */
export function vectorsOf(documents: readonly (readonly string[])[]): Vector[] {
  const frequency = new Map<string, number>();
  for (const stems of documents)
    for (const stem of new Set(stems)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  return documents.map((stems) => {
    const weights = new Map<string, number>();
    for (const stem of stems) {
      const rarity = Math.log(1 + documents.length / (frequency.get(stem) ?? 1));
      weights.set(stem, (weights.get(stem) ?? 0) + rarity);
    }
    const length = Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight * weight, 0)) || 1;
    for (const [stem, weight] of weights) weights.set(stem, weight / length);
    return weights;
  });
}

/** The cosine of two unit vectors, 0–1. */
export function cosine(a: Vector, b: Vector): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [stem, weight] of small) sum += weight * (large.get(stem) ?? 0);
  return sum;
}

/** Similarity above which two sentences count as neighbours in the graph. */
const neighbourThreshold = 0.12;

/** No more neighbours than these are noted from each side: thousands of sentences that are all alike would have millions. */
const mostNeighbours = 40;

/** For each vector its nearest neighbours and how similar they are; an inverted index keeps this far from n². */
export function neighbours(vectors: readonly Vector[]): Map<number, number>[] {
  const postings = new Map<string, [index: number, weight: number][]>();
  const edges = vectors.map(() => new Map<number, number>());
  vectors.forEach((vector, index) => {
    const sums = new Map<number, number>();
    for (const [stem, weight] of vector) {
      const posting = postings.get(stem) ?? [];
      for (const [other, otherWeight] of posting)
        sums.set(other, (sums.get(other) ?? 0) + weight * otherWeight);
      posting.push([index, weight]);
      postings.set(stem, posting);
    }
    const near = [...sums].filter(([, similarity]) => similarity >= neighbourThreshold);
    if (near.length > mostNeighbours) near.sort((a, b) => b[1] - a[1] || a[0] - b[0]).length = mostNeighbours;
    for (const [other, similarity] of near) {
      edges[index]?.set(other, similarity);
      edges[other]?.set(index, similarity);
    }
  });
  return edges;
}
