import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { Segment, segmentFile } from '../../src/journal/segment.js';
import { severalSegments } from './on-disk.js';

describe('a segment', () => {
  test('given its file is held while it is closed, then it is closed when it is let go', async () => {
    const { directory } = await severalSegments();
    const closed: number[] = [];
    const disk: Disk = { ...nodeDisk, close: (fd) => void closed.push(fd) };
    const segment = Segment.open(disk, directory, 0, true);
    const release = segment?.hold();
    segment?.close();
    expect(closed).toEqual([]);
    release?.();
    expect(closed).toEqual([segment?.fd]);
    nodeDisk.close(segment?.fd ?? -1);
    expect(Segment.open(nodeDisk, directory, 77, true)).toBeUndefined();
  });

  test('given a file that is shorter than asked for, then what there is comes back', async () => {
    const { directory } = await severalSegments();
    const segment = Segment.open(nodeDisk, directory, 0, false);
    const whole = readFileSync(join(directory, segmentFile(0)));
    expect(segment?.read(10, 20)).toEqual(whole.subarray(10, 20));
    expect(segment?.read(10, whole.length + 500)).toEqual(whole.subarray(10));
    expect([segment?.end(), segment?.fd, segment?.file]).toEqual([whole.length, undefined, segmentFile(0)]);
    segment?.close();
  });
});
