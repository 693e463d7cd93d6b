import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sources } from './rooms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What opens a file by its name, to read or to write it. */
const opening =
  /^(?:open|openSync|openAsBlob|opendir|opendirSync|readFile|readFileSync|createReadStream|createWriteStream|writeFile|writeFileSync|appendFile|appendFileSync|copyFile|copyFileSync|cp|cpSync|truncate|truncateSync|link|linkSync|promises)$/;

/** Who opens files otherwise than by src/disk, and why that is no file of a stranger's. */
const others: Record<string, { names: string[]; why: string }> = {
  'src/crew/artifact-files.ts': {
    names: ['createReadStream', 'open', 'readFile'],
    why: 'reads by a descriptor that src/disk has opened; makes new files only, and sees after opening that they lie here',
  },
  'src/crew/audio/flite/voice-worker.ts': { names: ['readFileSync'], why: 'a voice of the package’s own' },
  'src/crew/offline/research/open-source.ts': {
    names: ['open'],
    why: 'the same rules, asynchronously: no link, no waiting, a plain file, its size looked at after opening',
  },
  'src/artifacts/folder-store.ts': {
    names: ['createReadStream', 'open'],
    why: 'reads by a descriptor that src/disk has opened; makes new files only, without following a link',
  },
  'src/artifacts/s3-store.ts': {
    names: ['createReadStream'],
    why: 'by a descriptor that src/disk has opened',
  },
  'src/cli/parts.ts': { names: ['readFileSync'], why: 'the program, which is the package’s own' },
  'src/cli/in-editor.ts': {
    names: ['readFileSync', 'writeFileSync'],
    why: 'a copy in a folder of its own that only the user can enter',
  },
  'src/redaction/switch.ts': {
    names: ['openSync', 'writeFileSync'],
    why: 'writes in a folder that only the user can enter, without following a link',
  },
  'src/studio/files.ts': { names: ['createReadStream'], why: 'by a descriptor that src/disk has opened' },
  'src/studio/page-files.ts': { names: ['readFileSync'], why: 'the page, which is the package’s own' },
  'src/disk/node-disk.ts': { names: ['linkSync', 'openSync', 'readFileSync'], why: 'src/disk' },
  'src/disk/plain-file.ts': { names: ['openSync'], why: 'src/disk' },
  'src/disk/private-file.ts': { names: ['openSync', 'writeFileSync'], why: 'src/disk' },
  'src/disk/write-plain-file.ts': { names: ['openSync', 'writeFileSync'], why: 'src/disk' },
  'src/disk/process-identity.ts': { names: ['readFileSync'], why: 'the kernel’s own, in /proc' },
  'src/disk/thread-time.ts': { names: ['readFileSync'], why: 'the kernel’s own, in /proc' },
};

/** What a file takes of node's file system that opens something. */
function openedBy(file: string): string[] {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const found = new Set<string>();
  const module = String.raw`'(?:node:)?fs(?:/promises)?'`;
  for (const [, names = ''] of text.matchAll(
    new RegExp(String.raw`(?:import|export)\s*\{([^}]*)\}\s*from\s*${module}`, 'g'),
  ))
    for (const name of names.split(',')) found.add(name.trim().split(/\s+as\s+/)[0] ?? '');
  for (const [, name = ''] of text.matchAll(
    new RegExp(String.raw`import\s+(?:\*\s+as\s+)?(\w+)\s+from\s*${module}`, 'g'),
  ))
    for (const [, used = ''] of text.matchAll(new RegExp(String.raw`\b${name}\.(\w+)`, 'g'))) found.add(used);
  if (new RegExp(String.raw`(?:import|require)\(\s*${module}\s*\)`).test(text)) found.add('promises');
  return [...found].filter((name) => opening.test(name)).sort();
}

test('given any source file, then it opens files by src/disk, or stands here with a reason: a file may be another’s', () => {
  const found = Object.fromEntries(
    [...sources('machines'), ...sources('src')]
      .map((file): [string, string[]] => [file, openedBy(file)])
      .filter(([, names]) => names.length > 0),
  );
  expect(found).toEqual(Object.fromEntries(Object.entries(others).map(([file, { names }]) => [file, names])));
});
