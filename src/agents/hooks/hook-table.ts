import { join } from 'node:path';
import * as z from 'zod';
import { PhaseName } from '../../../machines/index.js';
import { decodeJson, plainRefusalTexts, readPlainFile } from '../../disk/index.js';

const Dollars = z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'is not decimal dollars, as "0.25"');

const PricedTool = z.strictObject({
  /** A tool's name as the host writes it; `*` stands for any text, and case does not matter. */
  match: z.string().min(1).max(200),
  phase: PhaseName,
  operation: z.string().min(1).max(100),
  /** The most that one call can cost: reserved before it. */
  max_cost: Dollars,
  /** What a call costs when its answer does not say; without it, the reservation counts. */
  price: Dollars.optional(),
  /** Where in the answer the cost stands, in dollars: `usage.cost.total_cost`. */
  cost_at: z.string().max(200).optional(),
});
export type PricedTool = z.infer<typeof PricedTool>;

const Prices = z.strictObject({
  input: Dollars,
  output: Dollars,
  cache_write: Dollars.optional(),
  cache_read: Dollars.optional(),
});
export type TokenPrices = z.infer<typeof Prices>;

const HookTableFile = z.strictObject({
  $schema: z.string().optional(),
  /** `shadow`: nothing is denied, and what would have been is counted. */
  enforce: z.enum(['deny', 'shadow']).default('deny'),
  tools: z.array(PricedTool).max(200).default([]),
  /** The phase that a subagent works in, by its type. */
  agents: z.record(z.string(), PhaseName).default({}),
  /** Dollars per million tokens, by model; `*` at the end of a name stands for any text. */
  models: z.record(z.string(), Prices).default({}),
  /** What a slash command begins: an episode, or a phase of one. */
  commands: z.record(z.string(), z.union([PhaseName, z.literal('create')])).default({}),
  /** How long a call may be unanswered before it counts as lost with its host. Minutes. */
  lost_after_minutes: z.number().min(1).max(1440).default(30),
});
export type HookTable = z.infer<typeof HookTableFile>;

export const hookTableFile = 'hooks.json';
const largest = 256 * 1024;

const usualAgents: HookTable['agents'] = {
  researcher: 'research',
  'fact-checker': 'research',
  synthesizer: 'research',
  writer: 'script',
  polisher: 'script',
  judge: 'script',
  'audio-producer': 'audio',
  'audio-validator': 'audio',
};
const usualCommands: HookTable['commands'] = {
  'podcast-workflow': 'create',
  'research-workflow': 'research',
  'production-workflow': 'script',
  'audio-workflow': 'audio',
};

/** The table of a production; `first` where there is none. @throws Error saying what is wrong with it. */
export function readHookTable(directory: string, first = '{}'): HookTable {
  const found = readPlainFile(join(directory, hookTableFile), { largest });
  if ('refused' in found && found.refused !== 'missing')
    throw new Error(`${hookTableFile} ${plainRefusalTexts[found.refused]}`);
  const table = parseTable('refused' in found ? Buffer.from(first) : found.bytes);
  return {
    ...table,
    agents: { ...usualAgents, ...table.agents },
    commands: { ...usualCommands, ...table.commands },
  };
}

function parseTable(bytes: Uint8Array): HookTable {
  let value: unknown;
  try {
    value = decodeJson(bytes);
  } catch (error) {
    throw new Error(`${hookTableFile} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = HookTableFile.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${hookTableFile}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`, {
    cause: result.error,
  });
}

/** The first row that a tool's name matches. */
export function priceOf({ tools }: HookTable, tool: string): PricedTool | undefined {
  return tools.find(({ match }) => matches(match, tool));
}

/** The prices of a model's tokens. */
export function tokenPricesOf({ models }: HookTable, model: string): TokenPrices | undefined {
  return Object.entries(models).find(([name]) => matches(name, model))?.[1];
}

/** Greedy from star to star, so that no name takes longer than its length times the pattern's. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? '';
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
