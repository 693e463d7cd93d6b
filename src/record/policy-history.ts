import type { JournalPort } from '../journal/index.js';
import { decodeCommit } from './decode.js';
import type { OnJournal } from './history.js';
import type { PolicyChange } from './policy-record.js';

/** A change of policy in the production's past. */
export interface PolicyHistoryEntry extends PolicyChange {
  /** Journal position after it. */
  position: number;
  at: string;
  /** The process that wrote it. */
  writer: string;
}

// How a line with a change of policy reads; what an episode's own text says is looked at once more when the line has been parsed.
const mark = '"policy":{';

/** Every change of policy, oldest first. Reads the whole journal; the text is searched before it is parsed. */
export function policyHistory(journal: JournalPort, onJournal?: OnJournal): PolicyHistoryEntry[] {
  const entries: PolicyHistoryEntry[] = [];
  const end = journal.end();
  journal.scan((line) => {
    onJournal?.(line.end, end);
    if (!line.text.includes(mark)) return;
    const { at, by, policy } = decodeCommit(line);
    if (policy) entries.push({ position: line.end, at, writer: by, ...policy });
  });
  return entries;
}
