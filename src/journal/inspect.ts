import type { Disk } from '../disk/index.js';
import { Chain } from './chain.js';
import { decodeLine, type ValidLine } from './line.js';
import { unwrapRescued } from './rescued.js';
import { Segment, listSegments, type Header } from './segment.js';
import { Takeovers } from './takeovers.js';
import type { UnreadRedo } from './unread-redo.js';
import { withRestored } from './with-restored.js';

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
  /** Lines that only redo files have, since a power cut took them from the last segment; they are looked at as if they had been brought back. */
  inRedoFiles: number;
  /** Redo files that could not be looked into, and what the file system said of each. */
  unreadRedoFiles: UnreadRedo[];
}

/** Looks through every segment, line by line, and goes on after damage. */
export function inspectSegments(raw: Disk, directory: string): Inspection {
  const unreadRedoFiles: UnreadRedo[] = [];
  const restored = withRestored(raw, directory, (unread) => unreadRedoFiles.push(unread));
  const disk = restored?.disk ?? raw;
  const segments: InspectedSegment[] = [];
  const damage: Inspection['damage'] = [];
  const chain = new Chain();
  const names = listSegments(disk, directory);
  if (names[0] && names[0].start > 0) {
    chain.crc = undefined;
    damage.push({
      segment: names[0].file,
      position: 0,
      what: `the journal begins at ${names[0].start}: what was before is missing`,
    });
  }
  for (const [index, { start, file, compressed }] of names.entries()) {
    const found: InspectedSegment = {
      file,
      start,
      bytes: 0,
      commits: 0,
      voidLines: 0,
      voidBytes: 0,
      sealed: false,
      compressed,
    };
    segments.push(found);
    const until = takenOverFrom(disk, directory, start);
    inspectSegment({ disk, directory, found, chain, until: until ?? Number.POSITIVE_INFINITY, damage });
    const needsSeal = index < names.length - 1 && until === undefined;
    if (needsSeal && !found.sealed)
      damage.push({
        segment: file,
        position: start + found.bytes,
        what: 'it has no seal although another segment follows it',
      });
  }
  return { segments, damage, inRedoFiles: restored?.lacking.missing ?? 0, unreadRedoFiles };
}

/** From where a later segment's copies count instead of this one. */
function takenOverFrom(disk: Disk, directory: string, start: number): number | undefined {
  try {
    return new Takeovers(disk, directory).after(start).takeover?.from;
  } catch {
    // A segment without a header is reported when its turn comes.
    return undefined;
  }
}

interface Inspecting {
  disk: Disk;
  directory: string;
  found: InspectedSegment;
  chain: Chain;
  until: number;
  damage: Inspection['damage'];
}

function inspectSegment(on: Inspecting): void {
  const { disk, directory, found, damage } = on;
  try {
    const segment = Segment.open(disk, directory, found.start, false);
    if (!segment) return;
    try {
      const bytes = segment.read(found.start, segment.end());
      found.bytes = bytes.length;
      inspectLines(bytes, on);
    } finally {
      segment.close();
    }
  } catch (error) {
    damage.push({ segment: found.file, position: found.start, what: (error as Error).message });
  }
}

function inspectLines(bytes: Buffer, on: Inspecting): void {
  const { found, until } = on;
  let start = 0;
  for (let newline = bytes.indexOf(10); newline !== -1; newline = bytes.indexOf(10, start)) {
    const position = found.start + start;
    const raw = bytes.subarray(start, newline);
    const line = decodeLine(raw, position);
    // After its seal, and from where a later segment's copies count, nothing here matters any more.
    const counts = !found.sealed && position < until;
    if (counts && start === 0 && line?.kind !== 'header')
      report(on, position, 'it does not begin with a header');
    if (counts && !line && on.chain.isDamage(raw, position)) report(on, position, 'the line is altered');
    if (line && counts && isSound(line, on)) count(line, found);
    else if (!line || counts) {
      found.voidLines += 1;
      found.voidBytes += newline + 1 - start;
    }
    start = newline + 1;
  }
  found.voidBytes += bytes.length - start;
  if (bytes.length === 0 && found.start < until) report(on, found.start, 'it is empty');
}

function isSound(line: ValidLine, on: Inspecting): boolean {
  const { chain } = on;
  if (line.kind === 'header' && (JSON.parse(line.text) as Header).rescue) chain.crc = undefined;
  const worth = chain.worth(line);
  if (worth === 'lost') return false;
  if (worth === 'damage') report(on, line.position, 'the line follows a line that is missing or altered');
  if (line.kind === 'rescued' && !unwrapRescued(line.text))
    report(on, line.position, 'the copy of a line is not whole');
  chain.take(line);
  return true;
}

function count({ kind }: ValidLine, found: InspectedSegment): void {
  found.sealed = kind === 'seal';
  if (kind === 'commit' || kind === 'rescued') found.commits += 1;
}

function report({ found, damage }: Inspecting, position: number, what: string): void {
  damage.push({ segment: found.file, position, what });
}
