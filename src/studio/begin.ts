import * as z from 'zod';
import { invalidInput, type SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { nextEpisodeNumber } from '../manager/next-episode-number.js';

const Begin = z.looseObject({ key: z.unknown().optional(), episodeNum: z.unknown().optional() });

/**
 * Creates the episode that a person asked for on the page. Its number is the next one unless it is given; with a key it is found with the episode.
 * @throws ProductionError `invalid_input`, `key_taken`, `vetoed`.
 */
export async function begin(manager: ProductionStateManager, input: unknown): Promise<SessionId> {
  const parsed = Begin.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error, 'episode');
  const { key, episodeNum } = parsed.data;
  const isNumbered = key !== undefined || episodeNum !== undefined;
  // The engine looks at every field.
  return manager.createEpisodeSession({
    ...parsed.data,
    ...(isNumbered ? {} : { episodeNum: await nextEpisodeNumber(manager) }),
  } as Parameters<ProductionStateManager['createEpisodeSession']>[0]);
}
