import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChartView, PhaseView } from '../../api.js';
import { api, type ApiError } from '../api/client.js';
import { stateText } from '../format.js';
import { asApiError } from '../live/studio.js';
import { Loading, Trouble } from '../parts/notice.js';
import type { PhaseName } from '../../../../machines/phases.js';
import { Edge } from './edge.js';
import { Events } from './events.js';
import { Lines } from './lit.js';
import { State } from './state.js';

interface Props {
  state: string;
  allowed: readonly string[];
  phases: Record<PhaseName, PhaseView>;
}

let known: ChartView | null = null;

/** The running machine's chart, drawn by the server, with the present state lit, what may happen marked, and each phase's money. */
export function Chart(props: Props) {
  const [chart, setChart] = useState(known);
  const [error, setError] = useState<ApiError | null>(null);
  const load = async (): Promise<void> => {
    setError(null);
    try {
      known = await api.chart();
      setChart(known);
    } catch (failed) {
      setError(asApiError(failed));
    }
  };
  useEffect(() => {
    if (!known) void load();
  }, []);
  return (
    <section class="card chart-card">
      <h2>Statechart</h2>
      {chart ? <Drawn chart={chart} {...props} /> : error ? <Trouble error={error} onRetry={() => void load()} /> : <Loading what="the statechart" />}
    </section>
  );
}

function Drawn({ chart, state, allowed, phases }: Props & { chart: ChartView }) {
  const lit = new Lines(chart, state, allowed);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    const place = chart.states.find(({ id }) => id === state);
    // On a narrow screen the lit state is what one wants to see.
    if (box && place && box.scrollWidth > box.clientWidth) {
      box.scrollLeft = ((place.x + place.width / 2) / chart.width) * box.scrollWidth - box.clientWidth / 2;
    }
  }, [state, chart]);
  const edges = chart.edges.toSorted((a, b) => Number(lit.isOpen(a)) - Number(lit.isOpen(b)));
  const moves = new Set(chart.edges.flatMap(({ events }) => events));
  return (
    <>
      <div class="chart-scroll" ref={scroller} tabIndex={0} role="region" aria-label="Statechart drawing">
        <svg
          class="chart" role="img" data-state={state}
          viewBox={`0 0 ${chart.width} ${chart.height}`} width={chart.width} height={chart.height}
          aria-label={`The episode is in ${stateText(state)}. May happen now: ${allowed.join(', ') || 'nothing'}.`}
        >
          {chart.states.filter(({ id }) => chart.states.some(({ parent }) => parent === id)).map((box) => <State key={box.id} box={box} lit={lit.isLit(box.id)} compound money={Object.hasOwn(phases, box.id) ? phases[box.id as PhaseName] : null} />)}
          {edges.map((edge) => <Edge key={edge.id} edge={edge} open={lit.openEvents(edge)} />)}
          {chart.states.filter(({ id }) => !chart.states.some(({ parent }) => parent === id)).map((box) => <State key={box.id} box={box} lit={lit.isLit(box.id)} compound={false} money={null} />)}
          {edges.map((edge) => edge.label && <Edge.Label key={edge.id} label={edge.label} open={lit.openEvents(edge)} />)}
        </svg>
      </div>
      <Events allowed={allowed} moves={moves} everywhere={chart.everywhere} />
    </>
  );
}
