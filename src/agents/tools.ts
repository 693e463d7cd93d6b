/** A JSON Schema, as it goes over the wire. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What the list of tools says of one: plain data, so that the list is ready before the engine is loaded. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Listed also with `SHOWRUNNER_TOOLS=core`. */
  readonly core?: true;
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  readonly readOnly?: true;
  readonly destructive?: true;
}

const id = { type: 'string', description: 'ep_001_20250903_143022' };
const phase = { enum: ['research', 'script', 'audio'] };
const usd = { type: 'string', description: 'decimal dollars: "0.25"' };
const text = { type: 'string' };
const cursor = { type: 'string', description: 'next_cursor of the page before' };
const key = { type: 'string', description: 'idempotency key; default: the id of this tool use' };

/** What a host tells a hook around a tool, each field as a text. */
export const hookFields = [
  'hook_event_name',
  'session_id',
  'tool_name',
  'tool_use_id',
  'tool_input',
  'tool_response',
  'error',
  'is_interrupt',
] as const;

/** The tools, named verb_noun. None takes an approval: only a person gives one. */
export const tools: readonly Tool[] = [
  {
    name: 'create_episode',
    description: 'Begin an episode; gives its session_id. Do this before any paid tool is used.',
    core: true,
    properties: {
      episode_num: { type: 'integer' },
      topic: text,
      approvals: { type: 'array', description: 'phases that wait for a person' },
      key,
    },
    required: ['episode_num', 'topic'],
  },
  {
    name: 'list_episodes',
    description: 'Episodes with status and spending, by pages.',
    core: true,
    properties: { status: text, cursor },
    required: [],
    readOnly: true,
  },
  {
    name: 'get_episode',
    description: 'One episode: how it stands, its money, scores, checkpoints or history.',
    core: true,
    properties: {
      session_id: id,
      view: { enum: ['summary', 'money', 'quality', 'checkpoints', 'history'] },
      cursor,
    },
    required: ['session_id'],
    readOnly: true,
  },
  {
    name: 'update_phase',
    description:
      'Move a phase: active starts it, complete saves its checkpoint and ends it, failed needs an error. In order: research, script, audio.',
    core: true,
    properties: {
      session_id: id,
      phase,
      status: { enum: ['active', 'complete', 'failed'] },
      data: { description: 'kept in the checkpoint' },
      error: text,
    },
    required: ['session_id', 'phase', 'status'],
  },
  {
    name: 'reserve_cost',
    description:
      'Before a paid call: reserve the most that it can cost. Refused when a budget would be passed.',
    properties: { session_id: id, phase, operation: text, max_cost: usd, key },
    required: ['session_id', 'phase', 'operation', 'max_cost'],
  },
  {
    name: 'settle_cost',
    description:
      'After a paid call: settle its reservation with the cost (left out: all of it) and the result, release it when nothing was charged, or record a cost that was not reserved.',
    properties: {
      session_id: id,
      action: { enum: ['settle', 'release', 'record'] },
      key,
      cost: usd,
      result: {},
      phase,
      operation: text,
    },
    required: ['session_id', 'action'],
  },
  {
    name: 'record_quality',
    description: 'Record a score such as technical_accuracy.',
    properties: { session_id: id, name: text, value: { type: 'number' } },
    required: ['session_id', 'name', 'value'],
  },
  {
    name: 'save_checkpoint',
    description: "Save a phase's data as it stands.",
    properties: { session_id: id, phase, data: {} },
    required: ['session_id', 'phase', 'data'],
  },
  {
    name: 'load_checkpoint',
    description: "A checkpoint by name, or a phase's newest; its data as JSON text, by pages.",
    properties: { session_id: id, name: text, cursor },
    required: ['session_id', 'name'],
    readOnly: true,
  },
  {
    name: 'recover_episode',
    description: 'Recover a failed episode; with plan, only say where it could go on and what that costs.',
    properties: { session_id: id, plan: { type: 'boolean' }, phase },
    required: ['session_id'],
  },
  {
    name: 'steer_episode',
    description: 'Pause, resume, cancel (for good) or skip a phase. Cancel and skip need a reason.',
    properties: {
      session_id: id,
      action: { enum: ['pause', 'resume', 'cancel', 'skip'] },
      phase,
      reason: text,
    },
    required: ['session_id', 'action'],
    destructive: true,
  },
  {
    name: 'produce_episode',
    description:
      'Make an episode with the crew of this server, to its end or until a person is needed: a new one from a topic, or one that is there. Takes minutes; says its progress; stopped, it goes on when it is called again.',
    properties: { session_id: id, topic: text, minutes: { type: 'number' }, key },
    required: [],
  },
  {
    name: 'raise_budget',
    description:
      'Ask a person to raise a budget. Nothing changes until the person says yes, but for what policy lets agents raise.',
    properties: {
      session_id: id,
      scope: { enum: ['research', 'script', 'audio', 'total', 'day'] },
      amount: usd,
      reason: text,
    },
    required: ['session_id', 'scope', 'amount', 'reason'],
  },
  {
    name: 'request_approval',
    description: 'Ask a person to approve the phase in review. Nothing changes until the person says yes.',
    properties: { session_id: id },
    required: ['session_id'],
  },
  {
    name: 'answer_hook',
    description:
      "For the host's own hooks around a tool, not for agents: settles and denies as showrunner hook does.",
    properties: Object.fromEntries(hookFields.map((field) => [field, text])),
    required: ['hook_event_name'],
  },
];

const outputs: Record<string, JsonSchema> = {
  list_episodes: {
    properties: { episodes: { type: 'array', items: { $ref: '#/$defs/episode' } }, next_cursor: text },
    required: ['episodes'],
    $defs: {
      usd,
      episode: {
        type: 'object',
        properties: { session_id: id, topic: text, status: text, total_cost: { $ref: '#/$defs/usd' } },
      },
    },
  },
  load_checkpoint: { properties: { name: text, phase: text, data: text, next_cursor: text } },
  get_episode: { properties: { session_id: text, status: text, total_cost: text, next_cursor: text } },
  answer_hook: { properties: { hookSpecificOutput: { type: 'object' } } },
};

const standing: JsonSchema = {
  properties: { session_id: text, status: text, state: text, total_cost: text, left: text },
};

/** The list as a client gets it; with `core`, the four that no session can do without. */
export function listedTools(which: 'core' | 'all' = 'all') {
  return tools
    .filter(({ core }) => which === 'all' || core === true)
    .map(({ name, description, core, properties, required, readOnly = false, destructive = false }) => ({
      name,
      description,
      inputSchema: {
        type: 'object' as const,
        properties,
        required: [...required],
        additionalProperties: false,
      },
      outputSchema: { type: 'object' as const, ...(outputs[name] ?? standing) },
      annotations: { readOnlyHint: readOnly, destructiveHint: destructive, openWorldHint: false },
      ...(core === true ? { _meta: { 'anthropic/alwaysLoad': true } } : {}),
    }));
}
