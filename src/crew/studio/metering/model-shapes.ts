/**
 * As much of the AI SDK's language models (specifications v2 and v3) as is read here. They are described by shape, so that nothing of the SDK has to be installed to load
 * this, and any version's models fit.
 */
export interface MeterableModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(params: never): PromiseLike<unknown>;
  doStream(params: never): PromiseLike<unknown>;
}

/** The parameters of one call. */
export interface CallParams {
  prompt: readonly { role: string; content: unknown }[];
  maxOutputTokens?: number | undefined;
  responseFormat?: { type: string; schema?: unknown } | undefined;
  tools?: readonly { type: string; name?: string }[] | undefined;
  providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  abortSignal?: AbortSignal | undefined;
  headers?: unknown;
}

export interface ContentPart {
  type: string;
  text?: string;
  data?: unknown;
  toolName?: string;
  providerExecuted?: boolean;
}

/** What a model answers. */
export interface Answer {
  content: readonly ContentPart[];
  /** v3 has its word under `unified`. */
  finishReason: string | { unified: string };
  usage: AnswerUsage;
  providerMetadata?: Readonly<Record<string, unknown>> | undefined;
  response?: { id?: string; timestamp?: Date | string; modelId?: string } | undefined;
  warnings?: readonly unknown[];
}

interface Totals {
  total?: number | undefined;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  reasoning?: number | undefined;
}

interface AnswerUsage {
  /** v2 has the total itself. */
  inputTokens?: number | Totals | undefined;
  outputTokens?: number | Totals | undefined;
  cachedInputTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  raw?: unknown;
}

export function totalsOf(tokens: number | Totals | undefined): Totals {
  return typeof tokens === 'object' ? tokens : { total: tokens };
}

export function finishOf({ finishReason }: Pick<Answer, 'finishReason'>): string {
  return typeof finishReason === 'string' ? finishReason : finishReason.unified;
}

export function textOf({ content }: Pick<Answer, 'content'>): string {
  return content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join('');
}
