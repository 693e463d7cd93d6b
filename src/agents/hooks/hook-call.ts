import { createHash } from 'node:crypto';

/** The agents' hosts whose hooks are understood. */
export const hookHosts = ['claude', 'codex', 'gemini', 'cursor', 'opencode'] as const;
export type HookHost = (typeof hookHosts)[number];

/** What a hook is called for, whatever its host calls it. */
export type HookMoment =
  | 'before'
  | 'after'
  | 'failed'
  | 'batch'
  | 'stop'
  | 'subagent_stop'
  | 'session_start'
  | 'session_end'
  | 'compact'
  | 'command'
  | 'other';

/** One call of a hook, in one form for every host. */
export interface HookCall {
  host: HookHost;
  /** The host's own name of the event, for its answer. */
  event: string;
  moment: HookMoment;
  /** The host's session. */
  session: string;
  tool: string;
  input: unknown;
  response: unknown;
  error: string;
  isInterrupt: boolean;
  /** The host's id of this tool use; undefined where it gives none. */
  useId: string | undefined;
  /** Sixteen hexadecimal digits of the tool and its input: the same question is known again. */
  question: string;
  agent: { id: string | undefined; type: string | undefined };
  /** A stop that comes after one that was blocked. */
  isStopAgain: boolean;
  transcript: string | undefined;
  /** A slash command and what was written after it. */
  command: { name: string; args: string } | undefined;
  /** The tool uses of a batch that is over, with what the model was answered. */
  batch: ToolUse[];
}

/** One use of a tool. */
export type ToolUse = Pick<HookCall, 'tool' | 'input' | 'response' | 'useId' | 'question'>;

const moments: Readonly<Record<string, HookMoment>> = {
  pretooluse: 'before',
  beforetool: 'before',
  beforemcpexecution: 'before',
  beforeshellexecution: 'before',
  'tool.execute.before': 'before',
  posttooluse: 'after',
  aftertool: 'after',
  aftermcpexecution: 'after',
  'tool.execute.after': 'after',
  posttoolusefailure: 'failed',
  posttoolbatch: 'batch',
  stop: 'stop',
  afteragent: 'stop',
  'session.idle': 'stop',
  subagentstop: 'subagent_stop',
  sessionstart: 'session_start',
  sessionend: 'session_end',
  precompact: 'compact',
  precompress: 'compact',
  userpromptexpansion: 'command',
};

type Fields = Record<string, unknown>;

/** Reads what a host has sent. @throws TypeError when it is not an object with the name of an event, or before a tool that has no name. */
export function parseHookCall(payload: unknown, host: HookHost = 'claude'): HookCall {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new TypeError('the payload is not a JSON object');
  const fields = payload as Fields;
  const event = textOf(fields, 'hook_event_name', 'hookEventName', 'event');
  if (event === undefined) throw new TypeError('the payload has no hook_event_name');
  const commandName = textOf(fields, 'command_name');
  const moment = momentOf(event);
  const use = toolUseIn(fields);
  if (moment === 'before' && use.tool === '' && !/shell/i.test(event))
    throw new TypeError('the payload has no tool_name, and the tool may cost money');
  return {
    host,
    event,
    moment,
    session: textOf(fields, 'session_id', 'sessionID', 'conversation_id') ?? 'none',
    ...use,
    error: textOf(fields, 'error') ?? '',
    isInterrupt: fields['is_interrupt'] === true,
    agent: { id: textOf(fields, 'agent_id'), type: textOf(fields, 'agent_type') },
    isStopAgain: fields['stop_hook_active'] === true,
    transcript: textOf(fields, 'agent_transcript_path'),
    command:
      commandName === undefined
        ? undefined
        : { name: commandName, args: textOf(fields, 'command_args') ?? '' },
    batch: batchOf(fields['tool_calls']),
  };
}

function toolUseIn(fields: Fields): ToolUse {
  const tool = textOf(fields, 'tool_name', 'toolName', 'tool') ?? '';
  const input = parsed(fields['tool_input'] ?? fields['toolInput'] ?? fields['args']);
  return {
    tool,
    input,
    response: fields['tool_response'] ?? fields['toolResponse'] ?? fields['result_json'] ?? fields['output'],
    useId: textOf(fields, 'tool_use_id', 'callID'),
    question: createHash('sha256')
      .update(JSON.stringify([tool.toLowerCase(), input ?? null]))
      .digest('hex')
      .slice(0, 16),
  };
}

/** What an event of a host is for. */
export function momentOf(event: string): HookMoment {
  const name = event.toLowerCase();
  return Object.hasOwn(moments, name) ? (moments[name] ?? 'other') : 'other';
}

function textOf(fields: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** Cursor sends a tool's input as JSON text. */
function parsed(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

function batchOf(calls: unknown): ToolUse[] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    const use = typeof call === 'object' && call !== null ? toolUseIn(call as Fields) : undefined;
    return use?.useId === undefined ? [] : [use];
  });
}
