import { escapeForTerminal, formatUsd, fromDollars } from '../../machines/index.js';
import type { HookCounts } from '../reports/index.js';
import { countsText } from '../shapes/counts-text.js';

/** What hooks have denied, would have denied in shadow, and could not price; no lines where there is nothing of that. */
export function hookLines(counts: HookCounts): string[] {
  const { denied, would_deny: wouldDeny, would_deny_calls: calls, would_deny_cost: cost, unpriced } = counts;
  return [
    ...(calls > 0
      ? [
          `hooks in shadow would have denied ${calls} call(s), up to ${formatUsd(fromDollars(cost))}: ${escapeForTerminal(countsText(wouldDeny))}`,
        ]
      : []),
    ...(denied > 0 ? [`hooks have denied ${denied} call(s)`] : []),
    ...(counts.unpriced_calls > 0
      ? [
          `tools without a price were used ${counts.unpriced_calls} time(s): ${escapeForTerminal(countsText(unpriced))}`,
        ]
      : []),
  ];
}
