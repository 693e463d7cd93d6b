import { ProductionError } from '../../../machines/index.js';
import type { ModelRef } from './types.js';

const pattern = /^([a-z0-9][a-z0-9._-]{0,63}):(\S{1,200})$/;

/**
 * Reads `openai:gpt-5.2`. What stands after the first colon is the model's own name, with all its signs: `openrouter:qwen/qwen3:free`.
 * @throws ProductionError `invalid_input`, naming `field`.
 */
export function parseModelRef(text: string, field: string): ModelRef {
  const [, provider, model] = pattern.exec(text) ?? [];
  if (provider !== undefined && model !== undefined) return { provider, model };
  throw new ProductionError(
    'invalid_input',
    `${field}: ${JSON.stringify(text.slice(0, 100))} is no model; write it as provider:model, e.g. anthropic:claude-sonnet-5.`,
    { field },
  );
}

export function nameOf({ provider, model }: ModelRef): string {
  return `${provider}:${model}`;
}
