import type { Run } from '../command.js';
import { statusOf } from '../../../machines/index.js';
import {
  dayWarnings,
  episodeWarnings,
  exportMetrics,
  logReport,
  type ExportFormat,
} from '../../reports/index.js';
import { UsageError } from '../usage-error.js';

const formats = ['json', 'csv', 'prometheus'];

export const run: Run = async (context, _args, { format = 'json' }) => {
  if (typeof format !== 'string' || !formats.includes(format))
    throw new UsageError(`--format: ${String(format)} is not ${formats.join(', ')}`);
  const manager = await context.open({ looks: true });
  const metrics = {
    production: await manager.getProductionMetrics(),
    quality: await manager.getQualityMetrics(),
    spending: await manager.getSpending(),
  };
  const warnings = [
    ...manager.production.ids().flatMap((id) => {
      const episode = manager.production.find(id);
      if (!episode || ['complete', 'archived'].includes(statusOf(episode.value))) return [];
      return episodeWarnings(episode.context).map((warning) => ({ session_id: id, ...warning }));
    }),
    ...dayWarnings(manager.production.today(), manager.production.policy.warnAtPercent),
  ];
  const { traffic } = manager.production;
  const all = { ...metrics, warnings, ...(traffic && { log: logReport(traffic, Date.now()) }) };
  const text = exportMetrics(all, format as ExportFormat);
  return { json: format === 'json' ? all : { format, text }, text };
};
