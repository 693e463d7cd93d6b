import type { BoardEpisode, PhaseView } from '../../api.js';
import { dollars, percent, phases } from '../format.js';
import { MoneyBar, moneyLevel } from '../parts/money-bar.js';
import { Icon } from '../parts/icon.js';

/** Each phase's and the whole episode's money: spent, reserved, left, and the line at which a phase warns. */
export function PhaseMoney({ board }: { board: BoardEpisode }) {
  const total = { spent: board.spent, reserved: board.reserved, budget: board.budget, warnAt: board.warnAt };
  return (
    <section class="card">
      <h2>Money</h2>
      <table class="data money-table">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col" class="wide-only">
              Use
            </th>
            <th scope="col" class="num">
              Spent
            </th>
            <th scope="col" class="num">
              Reserved
            </th>
            <th scope="col" class="num">
              Left
            </th>
            <th scope="col" class="num">
              Budget
            </th>
          </tr>
        </thead>
        <tbody>
          {phases.map((phase) => (
            <Line key={phase} name={phase} money={board.phases[phase]} />
          ))}
        </tbody>
        <tfoot>
          <Line name="episode" money={total} />
        </tfoot>
      </table>
    </section>
  );
}

function Line({
  name,
  money,
}: {
  name: string;
  money: Pick<PhaseView, 'spent' | 'reserved' | 'budget' | 'warnAt'>;
}) {
  const { spent, reserved, budget } = money;
  const level = moneyLevel(money);
  return (
    <tr data-money={name}>
      <th scope="row">{name}</th>
      <td class="wide-only money-use">
        <MoneyBar {...money} />
        {budget !== null && (
          <span class={`money-share share-${level}`}>
            {level !== 'calm' && <Icon name="warning" />}
            {percent(spent + reserved, budget)}
          </span>
        )}
      </td>
      <td class="num" data-amount="spent">
        {dollars(spent)}
      </td>
      <td class="num" data-amount="reserved">
        {reserved > 0 ? dollars(reserved) : '–'}
      </td>
      <td class="num" data-amount="left">
        {budget === null ? '∞' : dollars(Math.max(0, budget - spent - reserved))}
      </td>
      <td class="num quiet" data-amount="budget">
        {budget === null ? 'none' : dollars(budget)}
      </td>
    </tr>
  );
}
