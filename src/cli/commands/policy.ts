import type { PolicyDifference } from '../../../machines/index.js';
import { ProductionError } from '../../../machines/errors.js';
import { decodeJson } from '../../disk/decode-json.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { Context, Options, Result, Run } from '../command.js';
import { chosenEditor, editedCopy } from '../in-editor.js';
import { UsageError, needed } from '../usage-error.js';

const lastShown = 5;

export const run: Run = async (context, [act = 'show', path, ...values], options) => {
  if (act === 'show' && path === undefined) return show(context);
  if (act === 'history' && path === undefined) return history(context);
  if (act === 'edit' && path === undefined) return edit(context, options);
  if (act === 'set') return set(context, path, values, options);
  throw new UsageError(
    `showrunner policy takes show, history, set <path> <value> or edit; not ${[act, path].join(' ').trim().slice(0, 60)}`,
  );
};

/** The policy as it stands, and who made it so. */
async function show(context: Context): Promise<Result> {
  const manager = await context.open({ readOnly: true });
  const policy = await manager.getPolicy();
  const changes = await manager.getPolicyHistory();
  const last = changes.slice(-lastShown).map(changeText);
  const past =
    last.length === 0
      ? 'No change yet: these are the defaults.'
      : `Last changes${changes.length > lastShown ? ` (${changes.length} in all: showrunner policy history)` : ''}:\n${last.join('\n')}`;
  return {
    json: { policy, changes },
    text: `${JSON.stringify(policy, undefined, 2)}\n${past}\nChange it: showrunner policy set dailyCap 20.00 --reason "…"`,
  };
}

async function history(context: Context): Promise<Result> {
  const manager = await context.open({ readOnly: true });
  const changes = await manager.getPolicyHistory();
  return {
    json: { changes },
    text: changes.length === 0 ? 'The policy has not been changed.' : changes.map(changeText).join('\n'),
  };
}

async function set(
  context: Context,
  path: string | undefined,
  values: string[],
  { reason }: Options,
): Promise<Result> {
  const at = needed(path, 'the place, such as budgets.total,');
  const value = needed(values[0], 'the value, or default,');
  const manager = await context.open();
  return change(context, manager, { [at]: valueOf(at, value) }, needed(reason, '--reason'));
}

/** `9.00`, `true`, `UTC`, `script,audio`, JSON; `default` takes the seed's. */
function valueOf(path: string, text: string): unknown {
  if (text === 'default') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return path === 'approvals' ? text.split(',').map((phase) => phase.trim()) : text;
  }
}

/** Opens the policy in $EDITOR, and makes what was changed there a change of the policy. */
async function edit(context: Context, { reason }: Options): Promise<Result> {
  const why = needed(reason, '--reason');
  const editor = chosenEditor();
  if (!editor)
    throw new UsageError(
      'policy edit: name an editor in $EDITOR, or use showrunner policy set <path> <value> --reason "…"',
    );
  const manager = await context.open();
  const before = (await manager.getPolicy()) as Record<string, unknown>;
  const text = `${JSON.stringify(before, undefined, 2)}\n`;
  const saved = editedCopy(editor, 'policy.json', text, 'the policy is as it was');
  return change(context, manager, edited(before, readEdited(saved)), why);
}

function readEdited(saved: Uint8Array): Record<string, unknown> {
  try {
    return decodeJson(saved) as Record<string, unknown>;
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `policy: what was saved is not JSON: ${(error as Error).message}. The policy is as it was.`,
      { field: 'policy', cause: error },
    );
  }
}

/** What was changed in the editor, by path; what was taken out goes back to its default. Others may have changed the rest meanwhile. */
function edited(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    if (key !== 'budgets' || typeof now !== 'object' || now === null) set[key] = now ?? null;
    else
      for (const [path, value] of Object.entries(edited(old as typeof before, now as typeof before)))
        set[`budgets.${path}`] = value;
  }
  return set;
}

async function change(
  context: Context,
  manager: ProductionStateManager,
  values: Record<string, unknown>,
  reason: string,
): Promise<Result> {
  const changes = await manager.changePolicy({ set: values, by: context.by, reason });
  const policy = await manager.getPolicy();
  const text =
    changes.length === 0
      ? 'Nothing to change: the policy says that already.'
      : `${changes.map(differenceText).join('\n')}\nEvery process goes by it from now on. Running episodes keep the budgets that they have: showrunner budget <episode>`;
  return { json: { changes, policy }, text };
}

function changeText(entry: {
  at: string;
  by: string;
  reason: string;
  position: number;
  changes: PolicyDifference[];
}): string {
  const { at, by, reason, changes } = entry;
  const what = changes.length === 0 ? 'nothing different' : changes.map(differenceText).join(', ');
  return `  ${at.slice(0, 19)}Z  ${by}: ${what} (${reason})`;
}

function differenceText({ path, from, to }: PolicyDifference): string {
  const shown = (value: unknown): string =>
    value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return `${path} from ${shown(from)} to ${shown(to)}`;
}
