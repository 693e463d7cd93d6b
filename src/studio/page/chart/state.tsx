import type { ChartView, PhaseView } from '../../api.js';
import { cents, dollars, percent } from '../format.js';
import { moneyLevel } from '../parts/money-bar.js';

type Box = ChartView['states'][number];

/** A state as a box; one with others inside has its name, and its phase's money, at the top. */
export function State({
  box,
  lit,
  compound,
  money,
}: {
  box: Box;
  lit: boolean;
  compound: boolean;
  money: PhaseView | null;
}) {
  const kind = `${compound ? 'state state-outer' : 'state'}${lit ? ' state-lit' : ''}`;
  return (
    <g class={kind} data-lit={lit ? box.id : undefined} transform={`translate(${box.x} ${box.y})`}>
      <title>{box.description}</title>
      <rect width={box.width} height={box.height} rx={compound ? 10 : 8} />
      {compound ? (
        <text class="state-title" x="14" y="22">
          {box.label}
        </text>
      ) : (
        <text x={box.width / 2} y={box.height / 2} text-anchor="middle" dominant-baseline="central">
          {lit ? '● ' : ''}
          {box.label}
        </text>
      )}
      {money && <Money money={money} width={box.width} />}
    </g>
  );
}

/** The phase's money: a bar, the line at which it warns, and the numbers under it. */
function Money({ money, width }: { money: PhaseView; width: number }) {
  const { spent, reserved, budget, warnAt } = money;
  const length = width - 28;
  const whole = Math.max(budget ?? 0, spent + reserved) || 1;
  const at = (amount: number): number => (amount / whole) * length;
  const left = budget === null ? '' : ` · ${cents(Math.max(0, budget - spent - reserved))} left`;
  return (
    <g class={`chart-money money-${moneyLevel(money)}`} transform="translate(14 32)" data-chart-money>
      <title>{`${dollars(spent)} spent, ${dollars(reserved)} reserved${budget === null ? '' : ` of ${dollars(budget)} (${percent(spent + reserved, budget)})`}`}</title>
      <rect class="track" width={length} height="6" rx="3" />
      <rect class="spent" width={at(spent)} height="6" rx={Math.min(3, at(spent) / 2)} />
      <rect class="held" x={at(spent)} width={at(reserved)} height="6" rx={Math.min(3, at(reserved) / 2)} />
      {warnAt !== null && warnAt < whole && <path class="line" d={`M${at(warnAt)} -3v12`} />}
      <text y="21">
        {cents(spent)}
        {reserved > 0 ? ` + ${cents(reserved)}` : ''}
        {budget === null ? '' : ` of ${cents(budget)}`}
        {left}
      </text>
    </g>
  );
}
