/** A chart in an HTML page: its title, what it shows, the drawing in a box that scrolls sideways where it must, and the table behind it. */
import { html, type Markup } from '../markup.js';
import { CHART_GROUPS, type Chart, type ChartGroup, type ChartTable } from './Chart.js';

/** @param level of its heading: below that of the section it is in. */
export function chartFigure({ id, title, description, svg, table }: Chart): Markup {
  return html`<figure class="chart-figure" id="chart-${id}">
    <figcaption>
      <h4>${title}</h4>
      <p class="lead">${description}</p>
    </figcaption>
    <div class="chart" tabindex="0" role="group" aria-label="${title}">${svg}</div>
    ${chartTable(title, table)}
  </figure>`;
}

function chartTable(title: string, { columns, rows }: ChartTable): Markup | null {
  if (rows.length === 0) return null;
  return html`<details>
    <summary>${title} as a table</summary>
    <div class="table">
      <table>
        <thead>
          <tr>
            ${columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map((cell) => html`<td><bdi>${cell}</bdi></td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const HEADINGS: Readonly<Record<ChartGroup, string>> = {
  faults: 'What went wrong',
  clients: 'What producers saw',
  brokers: 'Brokers',
  partitions: 'Partitions',
  consumers: 'What consumers saw',
};

/** All charts under the headings of their groups. */
export function chartFigures(charts: readonly Chart[]): Markup {
  return html`${CHART_GROUPS.map((group) => {
    const own = charts.filter((chart) => chart.group === group);
    return own.length === 0
      ? null
      : html`<h3>${HEADINGS[group]}</h3>
          ${own.map(chartFigure)}`;
  })}`;
}
