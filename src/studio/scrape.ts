import type { ProductionStateManager } from '../manager/manager.js';
import { logReport, scrapeText } from '../reports/index.js';

/** What Prometheus gets at `/metrics`. */
export async function scrape(manager: ProductionStateManager): Promise<string> {
  const { production } = manager;
  const metrics = await manager.getProductionMetrics();
  const spending = await manager.getSpending();
  const episodes = production.ids().flatMap((id) => production.find(id) ?? []);
  const { traffic } = production;
  const log = traffic && logReport(traffic, Date.now());
  return scrapeText({ metrics, spending, today: production.today(), episodes, now: production.now(), log });
}
