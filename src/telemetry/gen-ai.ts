import type { Attributes } from '@opentelemetry/api';

export type SpanKind = 'invoke_workflow' | 'invoke_agent' | 'execute_tool';

/**
 * The `gen_ai.*` attributes of a span, which are in development and may be renamed (semantic conventions, read November 2026): only with
 * `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental`.
 */
export function genAiOf(kind: SpanKind, name: string, sessionId: string): Attributes {
  if (!isAskedFor()) return {};
  return { 'gen_ai.operation.name': kind, 'gen_ai.conversation.id': sessionId, ...names(kind, name) };
}

function isAskedFor(): boolean {
  const asked = process.env['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',').map((each) => each.trim());
  return asked?.includes('gen_ai_latest_experimental') ?? false;
}

function names(kind: SpanKind, name: string): Attributes {
  if (kind === 'invoke_agent') return { 'gen_ai.agent.name': name };
  return kind === 'execute_tool' ? { 'gen_ai.tool.name': name } : {};
}

const keys = {
  provider: ['provider', 'providerName', 'provider_name'],
  model: ['model', 'modelId', 'model_id'],
  input: ['input_tokens', 'inputTokens', 'prompt_tokens', 'promptTokens'],
  output: ['output_tokens', 'outputTokens', 'completion_tokens', 'completionTokens'],
};

/**
 * What the result of a call tells of its provider, model and tokens, in the forms of Anthropic, OpenAI and the AI SDK: `provider`, `model` and `usage` of the
 * result, or `modelId` of its `response`. Only with the same opt-in. `json` is the result's text.
 */
export function toldByCall(json: string): { name?: string; attributes: Attributes } {
  const result = isAskedFor() ? objectIn(json) : undefined;
  if (!result) return { attributes: {} };
  const response = asObject(result['response']);
  const usage = asObject(result['usage']);
  const provider = textOf(result, keys.provider);
  const model = textOf(result, keys.model) ?? textOf(response, keys.model);
  const [input, output] = [countOf(usage, keys.input), countOf(usage, keys.output)];
  const told = Object.entries({
    'gen_ai.provider.name': provider,
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
  }).filter(([, value]) => value !== undefined);
  const isChat = model !== undefined && (input !== undefined || output !== undefined);
  return {
    ...(isChat ? { name: `chat ${model}` } : {}),
    attributes: { ...Object.fromEntries(told), ...(isChat ? { 'gen_ai.operation.name': 'chat' } : {}) },
  };
}

type Json = Readonly<Record<string, unknown>>;

function objectIn(json: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

const longest = 200;

function textOf(from: Json, names: readonly string[]): string | undefined {
  const found = names.map((name) => from[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof found === 'string' ? found.slice(0, longest) : undefined;
}

function countOf(from: Json, names: readonly string[]): number | undefined {
  const found = names
    .map((name) => from[name])
    .find((value) => Number.isSafeInteger(value) && Number(value) >= 0);
  return typeof found === 'number' ? found : undefined;
}
