import { ProductionError } from '../../machines/errors.js';
import { hookCounts } from '../reports/index.js';
import { countsText } from '../shapes/counts-text.js';
import { Endpoints } from '../telemetry/index.js';
import type { Finding } from './examine.js';
import { shownAddress } from './shown-address.js';

/** What leaves the production, and what agents' hosts have asked of its hooks. */
export function examineOutward(directory: string): Finding[] {
  return [...examineWebhooks(directory), ...examineHooks(directory)];
}

function examineWebhooks(directory: string): Finding[] {
  const endpoints = new Endpoints(directory);
  try {
    return endpoints.list().flatMap((endpoint): Finding[] => {
      const { id } = endpoint;
      const url = shownAddress(endpoint.url);
      const { failures, failure, gone } = endpoints.progress(endpoint);
      if (gone)
        return [
          {
            severity: 'attention',
            what: `webhook ${id} has ended: ${url} said that it is gone`,
            advice: `showrunner webhook remove ${id}`,
          },
        ];
      if (failures === 0) return [];
      return [
        {
          severity: 'attention',
          what: `webhook ${id} fails (${failures} attempts): ${url}: ${failure}`,
          advice: `When the receiver is well: showrunner webhook test ${id}; nothing is lost, and what waits is sent by showrunner webhook deliver`,
        },
      ];
    });
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    return [{ severity: 'attention', what: error.message, advice: 'showrunner webhook list' }];
  }
}

function examineHooks(directory: string): Finding[] {
  const { would_deny: wouldDeny, unpriced } = hookCounts(directory);
  const findings: Finding[] = [];
  if (Object.keys(wouldDeny).length > 0)
    findings.push({
      severity: 'note',
      what: `hooks in shadow would have denied: ${countsText(wouldDeny)}`,
      advice: 'Read the prices in hooks.json; with "enforce": "deny" such calls are held to the money',
    });
  if (Object.keys(unpriced).length > 0)
    findings.push({
      severity: 'note',
      what: `tools without a price were used: ${countsText(unpriced)}`,
      advice: 'Those that cost money need a row in hooks.json',
    });
  return findings;
}
