import { Plot, type PlotData } from './plot.js';

const rowsShown = 60;

/** A plot with its title, and the same as a table for those who do not see plots. */
export function Figure({
  title,
  note,
  data,
  empty,
}: {
  title: string;
  note: string;
  data: PlotData;
  empty: string;
}) {
  const nothing = data.times.length === 0 || data.lines.length === 0;
  return (
    <figure class="card figure">
      <figcaption>
        <h2>{title}</h2>
        <span class="quiet">{note}</span>
      </figcaption>
      {nothing ? (
        <p class="empty">{empty}</p>
      ) : (
        <>
          <Plot data={data} label={`${title}, ${note}; the table below has the numbers`} />
          <Numbers data={data} title={title} />
        </>
      )}
    </figure>
  );
}

function Numbers({ data, title }: { data: PlotData; title: string }) {
  const from = Math.max(0, data.times.length - rowsShown);
  const format = new Intl.DateTimeFormat(
    'en-GB',
    data.byDay
      ? { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }
      : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  );
  return (
    <details class="numbers">
      <summary>Numbers</summary>
      <div class="scroll-x" tabIndex={0} role="region" aria-label={`${title} in numbers`}>
        <table class="data">
          <thead>
            <tr>
              <th scope="col">When</th>
              {data.lines.map(({ label }) => (
                <th key={label} scope="col" class="num">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.times
              .slice(from)
              .map((time, row) => (
                <tr key={time}>
                  <th scope="row">{format.format(new Date(time * 1000))}</th>
                  {data.lines.map(({ label, values, show }) => (
                    <td key={label} class="num">
                      {values[from + row] == null ? '–' : show(values[from + row] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))
              .toReversed()}
          </tbody>
        </table>
      </div>
    </details>
  );
}
