import type { Disk } from '../disk/index.js';
import { decodeLine, hidesLine, noCrc, type LineKind } from './line.js';
import { Segment, listSegments } from './segment.js';

export interface InspectedSegment {
  file: string;
  start: number;
  bytes: number;
  commits: number;
  /** Lines that do not count: torn, or displaced because another process came first. */
  voidLines: number;
  voidBytes: number;
  sealed: boolean;
  compressed: boolean;
}

export interface Inspection {
  segments: InspectedSegment[];
  damage: { segment: string; position: number; what: string }[];
}

/** Looks through every segment, line by line, and goes on after damage. */
export function inspectSegments(disk: Disk, directory: string): Inspection {
  const segments: InspectedSegment[] = [];
  const damage: Inspection['damage'] = [];
  const names = listSegments(disk, directory);
  let link: string | undefined = names[0]?.start === 0 ? noCrc : undefined;
  for (const [index, name] of names.entries()) {
    const segment = Segment.open(disk, directory, name.start, false);
    if (!segment) continue;
    const bytes = segment.read(segment.start, segment.end());
    segment.close();
    const rescuedFrom = rescueStart(disk, directory, names[index + 1]?.start);
    const found: InspectedSegment = {
      file: segment.file, start: segment.start, bytes: bytes.length, commits: 0, voidLines: 0, voidBytes: 0, sealed: false, compressed: name.compressed,
    };
    link = inspectLines(bytes, found, link, rescuedFrom, damage);
    segments.push(found);
    if (rescuedFrom !== undefined) link = undefined;
    if (!found.sealed && rescuedFrom === undefined && index < names.length - 1) damage.push({ segment: found.file, position: found.start + found.bytes, what: 'it has no seal although another segment follows it' });
  }
  return { segments, damage };
}

/** The position from which a segment's copies replace the one before it. */
function rescueStart(disk: Disk, directory: string, start: number | undefined): number | undefined {
  if (start === undefined) return undefined;
  const segment = Segment.open(disk, directory, start, false);
  try {
    return segment?.header().rescue?.from;
  } catch {
    return undefined;
  } finally {
    segment?.close();
  }
}

function inspectLines(bytes: Buffer, found: InspectedSegment, before: string | undefined, until: number | undefined, damage: Inspection['damage']): string | undefined {
  let link = before;
  let start = 0;
  let kind: LineKind | undefined;
  for (let newline = bytes.indexOf(10); newline !== -1; newline = bytes.indexOf(10, start)) {
    const position = found.start + start;
    const raw = bytes.subarray(start, newline);
    const line = decodeLine(raw, position);
    start = newline + 1;
    if (!line) {
      if (hidesLine(raw, position)) damage.push({ segment: found.file, position, what: 'the line is altered' });
      found.voidLines += 1;
      found.voidBytes += newline + 1 - (position - found.start);
      continue;
    }
    // After its seal, and from where a later segment's copies count, nothing here matters any more.
    if (kind === 'seal' || (until !== undefined && position >= until)) continue;
    if (start === newline + 1 && position === found.start && line.kind !== 'header') damage.push({ segment: found.file, position, what: 'it does not begin with a header' });
    const isFreshStart = line.kind === 'header' && line.text.includes('"rescue":');
    if (link !== undefined && !isFreshStart && line.previous !== link) damage.push({ segment: found.file, position, what: 'the line follows a line that is missing or altered' });
    link = line.crc;
    kind = line.kind;
    if (line.kind === 'commit' || line.kind === 'rescued') found.commits += 1;
  }
  found.sealed = kind === 'seal';
  found.voidBytes += bytes.length - start;
  return link;
}
