import type { Attributes } from '@opentelemetry/api';

export type SpanKind = 'invoke_workflow' | 'invoke_agent' | 'execute_tool';

/**
 * The `gen_ai.*` attributes of a span, which are in development and may be renamed (semantic conventions, read November 2026): only with
 * `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental`.
 */
export function genAiOf(kind: SpanKind, name: string, sessionId: string): Attributes {
  const asked = process.env['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',').map((each) => each.trim());
  if (!asked?.includes('gen_ai_latest_experimental')) return {};
  return { 'gen_ai.operation.name': kind, 'gen_ai.conversation.id': sessionId, ...names(kind, name) };
}

function names(kind: SpanKind, name: string): Attributes {
  if (kind === 'invoke_agent') return { 'gen_ai.agent.name': name };
  return kind === 'execute_tool' ? { 'gen_ai.tool.name': name } : {};
}
