import type { ModelRef } from './types.js';

export function nameOf({ provider, model }: ModelRef): string {
  return `${provider}:${model}`;
}
