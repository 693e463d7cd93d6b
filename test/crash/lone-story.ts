/** So many that the last ones are in a redo file. */
export const lines = 44;
export const machine = { id: 'episode', version: 1, hash: 'abc' };

export function textOf(n: number): string {
  return JSON.stringify({ n, text: 'x'.repeat(80) });
}
