import { expect, test } from 'vitest';
import { scrape } from '../../src/studio/scrape.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given episodes with money in every state, when Prometheus asks, then its sums are the ledger’s, in its own format, and no label names an episode', async () => {
  const manager = await openProduction(temporaryDirectory());
  const phase = 'research';
  for (const episodeNum of [1, 2]) {
    const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Bees' });
    await manager.updatePhase({ sessionId, phase, status: 'active' });
    await manager.addCost({ sessionId, phase, operation: 'query', cost: '0.35' });
    await manager.reserveCost({ sessionId, phase, operation: 'query', key: 'open', maxCost: '0.25' });
    if (episodeNum === 2) await manager.pause({ sessionId, by: 'ada', reason: 'lunch' });
  }
  const text = await scrape(manager);
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) showrunner_\w+ .+|showrunner_\w+(\{\w+="[^"]*"\})? \d+(\.\d+)?)$/);
  expect(text).toContain('showrunner_cost_usd_total{phase="research"} 0.7\n');
  expect(text).toContain('showrunner_reserved_usd{phase="research"} 0.5\n');
  expect(text).toContain('showrunner_operations_total{operation="query"} 2\n');
  expect(text).toContain('showrunner_day_spent_usd 0.7\n');
  expect(text).toContain('showrunner_episodes{status="research"} 2\n');
  expect(text).toContain('showrunner_episodes_waiting{need="paused"} 1\n');
  expect(text).not.toContain('ep_');
});
