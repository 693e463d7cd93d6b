import { text as textOf } from 'node:stream/consumers';
import { notesPath } from '../../agents/hooks/notes-path.js';
import { statusLineText } from '../../agents/status-line-text.js';
import { readPlainFile } from '../../disk/plain-file.js';
import { largestNotes } from '../../reports/hooks-folder.js';
import type { Run } from '../command.js';
import { standingFast } from '../from-documents.js';

export const run: Run = async (context, _args, { policy }) => {
  const { directory } = context;
  const session = process.stdin.isTTY ? undefined : stringIn(await textOf(process.stdin), 'session_id');
  const known = session === undefined ? undefined : episodeOf(directory, session);
  const answers = policy === undefined && (await context.isCurrent());
  const found = answers ? standingFast(directory, known) : undefined;
  const line = found ? statusLineText(found.episode, found.day) : await whole();
  return { json: { line }, text: line };

  async function whole(): Promise<string> {
    const { statusLine } = await import('../../agents/status-line.js');
    return statusLine(await context.open({ readOnly: true }), directory, session);
  }
};

/** The episode that the session's hooks have noted. */
function episodeOf(directory: string, session: string): string | undefined {
  const found = readPlainFile(notesPath(directory, session), { largest: largestNotes, within: directory });
  return 'refused' in found ? undefined : stringIn(found.bytes.toString('utf8'), 'episode');
}

/** Hosts send their session as JSON; whoever sends nothing gets the only episode. */
function stringIn(json: string, key: 'session_id' | 'episode'): string | undefined {
  try {
    const { [key]: value } = JSON.parse(json) as Partial<Record<typeof key, unknown>>;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
