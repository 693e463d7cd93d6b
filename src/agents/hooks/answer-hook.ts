import { messageOf } from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { afterSubagentStop, afterTool, failedTool } from './after-tool.js';
import {
  afterBatch,
  beforeCommand,
  beforeCompaction,
  sessionEnd,
  sessionStart,
  stop,
} from './around-session.js';
import { beforeTool } from './before-tool.js';
import { isOwnTool, mayBeForeign } from './own-tool.js';
import type { HookCall, HookMoment } from './hook-call.js';
import { redactor } from '../redactor.js';
import { pass, type Hooked, type Verdict } from './hook-house.js';
import { priceOf, readHookTable, type HookTable } from './hook-table.js';
import { readNotes, writeNotes } from './session-notes.js';

export interface HookHouse {
  directory: string;
  open: () => Promise<ProductionStateManager>;
  note: (text: string) => void;
}

const answers: Partial<Record<HookMoment, (hooked: Hooked) => Promise<Verdict>>> = {
  before: beforeTool,
  after: afterTool,
  failed: failedTool,
  batch: afterBatch,
  stop,
  subagent_stop: afterSubagentStop,
  session_start: sessionStart,
  session_end: sessionEnd,
  compact: beforeCompaction,
  command: beforeCommand,
};

/** Answers one call of a hook. Never rejects: what goes wrong denies a tool that costs money, and lets everything else pass. */
export async function answerHook(call: HookCall, house: HookHouse): Promise<Verdict> {
  const note = (text: string): void => house.note(redactor.message(text));
  return withoutSecrets(await answerTo(call, { ...house, note }));
}

/** Only what is known for a secret: a key in it has to be found by what stands here. */
function withoutSecrets(verdict: Verdict): Verdict {
  if (verdict.kind === 'pass') return verdict;
  return verdict.kind === 'context'
    ? { ...verdict, text: redactor.data(verdict.text) }
    : { ...verdict, reason: redactor.data(verdict.reason) };
}

async function answerTo(call: HookCall, house: HookHouse): Promise<Verdict> {
  const work = answers[call.moment];
  if (!work) return pass;
  let table: HookTable | undefined;
  try {
    table = readHookTable(house.directory);
    const notes = readNotes(house.directory, call.session);
    const before = JSON.stringify(notes);
    const verdict = await work({ call, table, notes, open: house.open, note: house.note });
    if (JSON.stringify(notes) !== before) writeNotes(house.directory, call.session, notes);
    return verdict;
  } catch (error) {
    return afterFault(call, table, house, error);
  }
}

function afterFault(
  call: HookCall,
  table: HookTable | undefined,
  { note }: HookHouse,
  error: unknown,
): Verdict {
  const why = messageOf(error);
  // Without a table nobody knows what a foreign server's tool costs.
  const mayCost = table
    ? priceOf(table, call.tool) !== undefined
    : mayBeForeign(call) && !isOwnTool(call, undefined);
  const isShadow = table?.enforce === 'shadow';
  if (call.moment === 'before' && mayCost && !isShadow)
    return {
      kind: 'deny',
      reason: `showrunner: ${call.tool} costs money, and its cost cannot be kept: ${why}`,
    };
  note(`showrunner: the ${call.event} hook did nothing: ${why}`);
  return pass;
}
