import type { FileView } from '../../api.js';
import { ApiError, request } from './client.js';

/** Bytes: what a person can work on in a page. */
export const mostEdited = 1_000_000;

export interface EditedFile {
  text: string;
  /** SHA-256 of the file's bytes. */
  was: string;
  /** A text field has line feeds only; a file with Windows' line ends gets them back. */
  hasWindowsLines: boolean;
}

/** Reads a text file whole, byte for byte. @throws ApiError where it is too large, or no UTF-8. */
export async function readForEdit(file: FileView, signal: AbortSignal): Promise<EditedFile> {
  const where = 'showrunner edit works with your own editor';
  if (file.bytes > mostEdited)
    throw new ApiError('too_large', `The file is too large to edit here; ${where}.`);
  const bytes = await (await request(file.url, { signal })).arrayBuffer();
  const was = hex(await crypto.subtle.digest('SHA-256', bytes));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const lines = text.replaceAll('\r\n', '\n');
    return { text: lines, was, hasWindowsLines: text.includes('\r\n') };
  } catch {
    throw new ApiError('not_utf8', `The file is not UTF-8, and would be damaged here; ${where}.`);
  }
}

/** The file as it is to be written. */
export function writtenBack({ hasWindowsLines }: EditedFile, text: string): string {
  return hasWindowsLines ? text.replaceAll('\n', '\r\n') : text;
}

function hex(buffer: ArrayBuffer): string {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
