import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isStillAt, plainRefusalTexts } from './plain-file.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = fs.constants;

/**
 * Writes a file that may be another's in its place, so that it keeps its mode: nothing but a plain file, and no link at its end or on the way from
 * the folder `within`. Not at once: whoever reads meanwhile may find a part.
 * @throws Error saying why, before anything is written.
 */
export function writePlainFile(path: string, text: string, { within }: { within: string }): void {
  const fd = fs.openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    seeThatItIsPlain(fd, path, within);
    fs.ftruncateSync(fd);
    fs.writeFileSync(fd, text);
  } finally {
    fs.closeSync(fd);
  }
}

/** Puts a file in another's place at once, under the same demands; not durably. @throws Error saying why, before anything is replaced. */
export function replacePlainFile(path: string, text: string, { within }: { within: string }): void {
  const temporary = join(dirname(path), `.tmp-${basename(path)}-${randomBytes(8).toString('hex')}`);
  const fd = fs.openSync(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    try {
      seeThatItIsPlain(fd, temporary, within);
      fs.writeFileSync(fd, text);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function seeThatItIsPlain(fd: number, path: string, within: string): void {
  const info = fs.fstatSync(fd);
  const refused = !info.isFile() ? 'not_a_file' : isStillAt(info, path, within) ? undefined : 'moved';
  if (refused !== undefined) throw new Error(plainRefusalTexts[refused]);
}
