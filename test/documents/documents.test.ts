import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionId } from '../../machines/index.js';
import { nodeDisk } from '../../src/disk/index.js';
import { Documents, replaceFile, sessionPath } from '../../src/documents/index.js';
import { sealed, unseal } from '../../src/documents/seal.js';
import type { MonthDocument } from '../../src/documents/shapes.js';
import type { EpisodeState } from '../../src/shapes/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const sessionId = 'ep_001_20250903_143022' as SessionId;

const skipped = { status: 'skipped', cost: 0, start_time: null, end_time: null, checkpoint: null } as const;
const archived: EpisodeState = {
  episode_number: 1,
  topic: 'Why bees dance',
  session_id: sessionId,
  status: 'archived',
  phases: { research: skipped, script: skipped, audio: skipped },
  total_cost: 0,
  quality_scores: {},
  created_at: '2025-09-03T14:30:22Z',
  updated_at: '2025-09-03T14:43:00Z',
};

describe('sealed documents', () => {
  test('given any object, when it is sealed and read, then it is the same, and readable JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__' && key !== 'crc32'),
          fc.jsonValue(),
          { minKeys: 1, noNullPrototype: true },
        ),
        (document) => {
          const text = sealed(JSON.stringify(document, undefined, 2)).toString();
          const plain = JSON.parse(JSON.stringify(document)) as object;
          expect(unseal(Buffer.from(text))).toEqual({
            ...plain,
            crc32: expect.stringMatching(/^[0-9a-f]{8}$/),
          });
          expect(JSON.parse(text)).toEqual(unseal(Buffer.from(text)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('given any one byte is changed, or any end is cut off, when it is read, then it is not trusted', () => {
    const whole = sealed(JSON.stringify({ total_cost: 0.3, topic: 'Straße' }, undefined, 2));
    for (let index = 0; index < whole.length; index += 1) {
      const altered = Buffer.from(whole);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect([index, unseal(altered)]).toEqual([index, undefined]);
      expect([index, unseal(whole.subarray(0, index))]).toEqual([index, undefined]);
    }
  });
});

describe('replacing a file', () => {
  test('given a link at the target, when it is written, then it is refused and the file behind it is untouched', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'outside'), 'mine');
    symlinkSync(join(directory, 'outside'), join(directory, 'state.json'));
    expect(() => replaceFile(nodeDisk, join(directory, 'state.json'), [Buffer.from('new')])).toThrow(
      expect.objectContaining({ code: 'path_refused' }),
    );
    expect(readFileSync(join(directory, 'outside'), 'utf8')).toBe('mine');
  });

  test('given the write fails, when it is looked at, then the old content is there and no temporary file is left', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'state.json');
    replaceFile(nodeDisk, path, [Buffer.from('old')]);
    const failing = (method: 'write' | 'sync' | 'rename') => ({
      ...nodeDisk,
      [method]: () => {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      },
    });
    for (const method of ['write', 'sync', 'rename'] as const) {
      expect(() => replaceFile(failing(method), path, [Buffer.from('new')])).toThrow(
        expect.objectContaining({ code: 'document_unavailable' }),
      );
    }
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['state.json']);
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });
});

describe('paths inside a session', () => {
  test.each([
    '../x',
    '/etc/passwd',
    'a/../b',
    '.hidden',
    'a//b',
    '',
    'a/',
    'a\u0000',
    'a\\b',
    'x'.repeat(200),
    '~/x',
    'a b',
  ])('given %j, when a path is made of it, then it is refused', (path) => {
    const directory = temporaryDirectory();
    expect(() => sessionPath(nodeDisk, directory, sessionId, path)).toThrow(
      expect.objectContaining({ code: 'path_refused', field: 'path' }),
    );
  });

  test('given a folder on the way is a link, when a path is made through it, then it is refused', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, sessionId));
    symlinkSync('/etc', join(directory, sessionId, 'research'));
    expect(() => sessionPath(nodeDisk, directory, sessionId, 'research/passwd')).toThrow(
      expect.objectContaining({ code: 'path_refused' }),
    );
    expect(sessionPath(nodeDisk, directory, sessionId, 'script/draft.md')).toBe(
      join(directory, sessionId, 'script', 'draft.md'),
    );
    expect(existsSync(join(directory, sessionId, 'script'))).toBe(false);
  });
});

test('given a month’s archive, when it is asked for again, then it is read again only where it has become another', async () => {
  const directory = temporaryDirectory();
  const documents = new Documents({ directory, disk: nodeDisk });
  const month = (topic: string): MonthDocument => ({
    version: '3.0.0',
    month: '2025-09',
    completed_episodes: { [sessionId]: { ...archived, topic } },
    showrunner: { format: 1, sessions: { [sessionId]: 100 } },
  });
  await documents.writeMonth('2025-09', month('Why bees dance'));
  const first = documents.archivedEpisodes('2025-09');
  expect(first).toMatchObject([{ session_id: sessionId, topic: 'Why bees dance' }]);
  expect(documents.archivedEpisodes('2025-09')).toBe(first);
  // As another process writes it.
  await new Documents({ directory, disk: nodeDisk }).writeMonth('2025-09', month('Why bees pause'));
  expect(documents.archivedEpisodes('2025-09')).toMatchObject([{ topic: 'Why bees pause' }]);
  rmSync(join(directory, 'archive'), { recursive: true });
  expect(documents.archivedEpisodes('2025-09')).toEqual([]);
});
