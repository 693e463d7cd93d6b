import type { HookCall, HookHost } from './hook-call.js';
import type { Verdict } from './hook-house.js';

/** A verdict in a host's words: the object for its standard output; undefined where silence passes. */
export function renderVerdict(call: HookCall, verdict: Verdict): object | undefined {
  return verdict.kind === 'pass' ? undefined : renderers[call.host](call, verdict);
}

type Said = Exclude<Verdict, { kind: 'pass' }>;

const renderers: Record<HookHost, (call: HookCall, verdict: Said) => object> = {
  claude: renderClaude,
  codex: renderClaude,
  gemini: (call, verdict) =>
    verdict.kind === 'context'
      ? { hookSpecificOutput: { hookEventName: call.event, additionalContext: verdict.text } }
      : { decision: 'deny', reason: verdict.reason },
  cursor: (_call, verdict) => {
    if (verdict.kind === 'context') return { agent_message: verdict.text };
    if (verdict.kind === 'block') return { followup_message: verdict.reason };
    return { permission: 'deny', user_message: verdict.reason, agent_message: verdict.reason };
  },
  opencode: (_call, verdict) =>
    verdict.kind === 'context' ? { context: verdict.text } : { deny: verdict.reason },
};

function renderClaude(call: HookCall, verdict: Said): object {
  switch (verdict.kind) {
    case 'deny':
      return {
        hookSpecificOutput: {
          hookEventName: call.event,
          permissionDecision: 'deny',
          permissionDecisionReason: verdict.reason,
        },
      };
    case 'block':
      return { decision: 'block', reason: verdict.reason };
    case 'context':
      return { hookSpecificOutput: { hookEventName: call.event, additionalContext: verdict.text } };
  }
}
