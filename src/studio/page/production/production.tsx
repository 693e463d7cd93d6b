import { useEffect, useMemo } from 'preact/hooks';
import { countsText } from '../../../shapes/counts-text.js';
import type { ProductionView } from '../../api.js';
import { dollars } from '../format.js';
import { Icon } from '../parts/icon.js';
import { Loading, Notice, Trouble } from '../parts/notice.js';
import { Figure } from './figure.js';
import { outcomePlot, phaseCostPlot, qualityPlot, spendPlot } from './plots.js';
import { useProduction } from './use-production.js';

/** The production as a whole, over time. */
export function Production() {
  const { production, error, retry } = useProduction();
  useEffect(() => {
    document.title = 'Production · Showrunner studio';
  }, []);
  if (!production)
    return error ? <Trouble error={error} onRetry={retry} /> : <Loading what="the production" />;
  return (
    <>
      <div class="board-head">
        <h1>Production</h1>
        <code class="directory">{production.directory}</code>
      </div>
      {error && (
        <p class="banner banner-warn" role="status">
          <Icon name="warning" />
          {error.message} What you see is from before.
        </p>
      )}
      <Tiles production={production} />
      <Hooks hooks={production.hooks} />
      {production.metrics.total_episodes === 0 ? (
        <Notice icon="money" title="Nothing to measure yet">
          <p>Spending, production times and quality show here from the first episode on.</p>
        </Notice>
      ) : (
        <Plots production={production} />
      )}
    </>
  );
}

function Plots({ production }: { production: ProductionView }) {
  const spend = useMemo(() => spendPlot(production), [production]);
  const cost = useMemo(() => phaseCostPlot(production), [production]);
  const outcome = useMemo(() => outcomePlot(production), [production]);
  const quality = useMemo(() => qualityPlot(production), [production]);
  return (
    <div class="plots">
      <Figure
        title="Spend per day"
        note="against the daily cap"
        data={spend}
        empty="No money has been spent yet."
      />
      <Figure
        title="Cost per phase"
        note="mean per episode, by the day of its creation"
        data={cost}
        empty="No phase has cost anything yet."
      />
      <Figure
        title="Production time and success"
        note="by the day on which episodes ended"
        data={outcome}
        empty="No episode has ended yet."
      />
      <Figure
        title="Quality"
        note="the latest scored episodes, 0 to 1"
        data={quality}
        empty="No episode has been scored yet."
      />
    </div>
  );
}

/** What hooks in shadow would have done: whoever looks decides whether they are to hold agents to the money. */
function Hooks({ hooks }: { hooks: ProductionView['hooks'] }) {
  const { denied, would_deny_calls: calls, would_deny_cost: cost, unpriced_calls: unpriced } = hooks;
  if (calls + denied + unpriced === 0) return null;
  return (
    <section class="card hooks" aria-label="Hooks">
      <h2>Hooks</h2>
      <ul>
        {calls > 0 && (
          <li>
            In shadow they would have denied <b>{calls}</b> {calls === 1 ? 'call' : 'calls'}, up to{' '}
            <b>{dollars(cost)}</b>: <Tools counts={hooks.would_deny} />
          </li>
        )}
        {denied > 0 && (
          <li>
            They have denied <b>{denied}</b> {denied === 1 ? 'call' : 'calls'}.
          </li>
        )}
        {unpriced > 0 && (
          <li>
            Tools without a price were used <b>{unpriced}</b> {unpriced === 1 ? 'time' : 'times'}:{' '}
            <Tools counts={hooks.unpriced} />
          </li>
        )}
      </ul>
    </section>
  );
}

const toolsShown = 5;

function Tools({ counts }: { counts: Readonly<Record<string, number>> }) {
  return <span class="quiet">{countsText(counts, toolsShown)}</span>;
}

const trends = { improving: '↗ improving', stable: '→ stable', declining: '↘ declining' };

function Tiles({ production }: { production: ProductionView }) {
  const { metrics, qualityMetrics, totalSpent, openingBalance, outcomes } = production;
  const hasEnded = outcomes.length > 0;
  const means = [
    qualityMetrics.avg_brand_consistency,
    qualityMetrics.avg_technical_accuracy,
    qualityMetrics.avg_engagement_score,
    qualityMetrics.avg_audio_quality,
  ].filter((mean) => mean !== null);
  return (
    <dl class="tiles">
      <Tile
        name="Spent"
        value={dollars(Math.round(totalSpent * 1e6) / 1e6)}
        note={`${dollars(Math.round(metrics.avg_cost * 100) / 100)} an episode${openingBalance > 0 ? `, ${dollars(openingBalance)} before, in none` : ''}`}
      />
      <Tile name="Episodes" value={metrics.total_episodes.toLocaleString('en-US')} note="ever created" />
      <Tile
        name="Success"
        value={hasEnded ? `${Math.round(metrics.success_rate * 100)} %` : '–'}
        note="of those that ended"
      />
      <Tile
        name="Time to make"
        value={
          metrics.avg_production_time === 0
            ? '–'
            : metrics.avg_production_time >= 90
              ? `${(metrics.avg_production_time / 60).toFixed(1)} h`
              : `${metrics.avg_production_time.toFixed(1)} min`
        }
        note="mean of completed"
      />
      <Tile
        name="Quality"
        value={
          means.length === 0
            ? '–'
            : (means.reduce((sum, mean) => sum + (mean > 1 ? mean / 10 : mean), 0) / means.length).toFixed(2)
        }
        note={trends[qualityMetrics.trending]}
      />
    </dl>
  );
}

function Tile({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <span class="quiet">{note}</span>
      </dd>
    </div>
  );
}
