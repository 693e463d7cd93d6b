import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChartView, PhaseView } from '../../api.js';
import type { ApiError } from '../api/client.js';
import { stateText } from '../format.js';
import { asApiError } from '../live/studio.js';
import { Loading, Trouble } from '../parts/notice.js';
import type { PhaseName } from '../../../../machines/phase-names.js';
import { Edge } from './edge.js';
import { Events } from './events.js';
import { Lines } from './lit.js';
import { knownChart, loadChart } from './load.js';
import { State } from './state.js';

interface Props {
  state: string;
  allowed: readonly string[];
  phases: Record<PhaseName, PhaseView>;
}

/** The running machine's chart, drawn by the server, with the present state lit, what may happen marked, and each phase's money. */
export function Chart(props: Props) {
  const [chart, setChart] = useState(knownChart);
  const [error, setError] = useState<ApiError | null>(null);
  const [whole, showWhole] = useState(false);
  const load = async (): Promise<void> => {
    setError(null);
    try {
      setChart(await loadChart());
    } catch (failed) {
      setError(asApiError(failed));
    }
  };
  useEffect(() => {
    if (!chart) void load();
  }, []);
  return (
    <section class={whole ? 'card chart-whole' : 'card'}>
      <div class="chart-head">
        <h2>Statechart</h2>
        {chart && (
          <button
            type="button"
            class="button button-small"
            aria-pressed={whole}
            onClick={() => showWhole(!whole)}
          >
            Whole chart
          </button>
        )}
      </div>
      {chart ? (
        <Drawn chart={chart} {...props} />
      ) : error ? (
        <Trouble error={error} onRetry={() => void load()} />
      ) : (
        <Loading what="the statechart" />
      )}
    </section>
  );
}

function Drawn({ chart, state, allowed, phases }: Props & { chart: ChartView }) {
  const lit = new Lines(chart, state, allowed);
  const scroller = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = scroller.current;
    const place = chart.states.find(({ id }) => id === state);
    if (!box || !place) return;
    // The chart is larger than its window: what is lit comes to the middle, with the whole of the phase around it where it fits.
    const scale = (box.querySelector('svg')?.clientWidth ?? chart.width) / chart.width;
    const phase = chart.states.find(({ id }) => id === place.parent) ?? place;
    box.scrollTo({
      left: (place.x + place.width / 2) * scale - box.clientWidth / 2,
      top: (phase.y + phase.height / 2) * scale - box.clientHeight / 2,
    });
  }, [state, chart]);
  const edges = chart.edges.toSorted((a, b) => Number(lit.isOpen(a)) - Number(lit.isOpen(b)));
  const moves = new Set(chart.edges.flatMap(({ events }) => events));
  return (
    <>
      <div class="chart-scroll" ref={scroller} tabIndex={0} role="region" aria-label="Statechart drawing">
        <svg
          class="chart"
          role="img"
          data-state={state}
          viewBox={`0 0 ${chart.width} ${chart.height}`}
          width={chart.width}
          height={chart.height}
          aria-label={`The episode is in ${stateText(state)}. May happen now: ${allowed.join(', ') || 'nothing'}.`}
        >
          {chart.states
            .filter(({ id }) => chart.states.some(({ parent }) => parent === id))
            .map((box) => (
              <State
                key={box.id}
                box={box}
                lit={lit.isLit(box.id)}
                compound
                money={Object.hasOwn(phases, box.id) ? phases[box.id as PhaseName] : null}
              />
            ))}
          {edges.map((edge) => (
            <Edge key={edge.id} edge={edge} open={lit.openEvents(edge)} />
          ))}
          {chart.states
            .filter(({ id }) => !chart.states.some(({ parent }) => parent === id))
            .map((box) => (
              <State key={box.id} box={box} lit={lit.isLit(box.id)} compound={false} money={null} />
            ))}
          {edges.map(
            (edge) =>
              edge.label && <Edge.Label key={edge.id} label={edge.label} open={lit.openEvents(edge)} />,
          )}
        </svg>
      </div>
      <Events allowed={allowed} moves={moves} everywhere={chart.everywhere} />
    </>
  );
}
