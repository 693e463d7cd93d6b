import { decodeLine, type ValidLine } from './line.js';

/** A line copied from a segment whose sync had failed. */
export interface Rescued {
  position: number;
  line: string;
  /** The machine version that wrote it, where that is not the one of the segment with the copy. */
  machine?: number;
}

/** What a `rescued` line carries: the line it copies, and the commit in it, which a copy of a copy carries deeper inside. Undefined when it is not whole. */
export function unwrapRescued(
  text: string,
): { original: ValidLine; commit: ValidLine | undefined; machine: number | undefined } | undefined {
  const { position, line, machine } = JSON.parse(text) as Rescued;
  const original = decodeLine(Buffer.from(line), position);
  if (original?.kind !== 'rescued')
    return original && { original, commit: original.kind === 'commit' ? original : undefined, machine };
  const inner = unwrapRescued(original.text);
  return inner && { original, commit: inner.commit, machine };
}
