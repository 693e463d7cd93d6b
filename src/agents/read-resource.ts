import { parseSessionId, ProductionError } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { decimalOf } from './answer.js';
import { viewOf } from './look.js';
import { stateUri } from './resources.js';

/**
 * What a resource holds now.
 * @throws ProductionError `invalid_input` when there is none of that name, `session_unknown`.
 */
export async function readResource(manager: ProductionStateManager, uri: string) {
  const found = await contentsOf(manager, uri);
  return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(found) }] };
}

async function contentsOf(manager: ProductionStateManager, uri: string): Promise<object> {
  if (uri === stateUri) {
    const metrics = await manager.getGlobalMetrics();
    return {
      total_episodes: metrics.total_episodes,
      active_episodes: metrics.active_episodes,
      total_cost: decimalOf(metrics.total_cost),
      last_updated: metrics.last_updated,
    };
  }
  const id = /^showrunner:\/\/episodes\/([a-z0-9_]+)$/.exec(uri)?.[1];
  if (id === undefined)
    throw new ProductionError(
      'invalid_input',
      `uri: there is no resource ${uri.slice(0, 80)}; there are showrunner://state and showrunner://episodes/{id}.`,
      { field: 'uri' },
    );
  return viewOf(manager, parseSessionId(id), 'summary', undefined);
}
