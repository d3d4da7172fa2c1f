import { wholeNumber } from '../components/figures.ts';
import './series.css';
import { type ChartSeries, shareText, totalOf } from './series.ts';

/** Categories as a table: what a chart shows, in figures. */
export function SeriesTable(props: {
  readonly series: readonly ChartSeries[];
  /** Head of the first column. */
  readonly title: string;
}) {
  const { series } = props;
  const total = totalOf(series);
  return (
    <table className="ap-series-table">
      <thead>
        <tr>
          <th scope="col">{props.title}</th>
          <th scope="col">Lines</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {series.map((one) => (
          <tr key={one.key}>
            <th scope="row">
              <span className={`ap-swatch ap-back-${one.color}`} />
              <bdi>{one.name}</bdi>
            </th>
            <td>{wholeNumber(one.total)}</td>
            <td>{shareText(one.total, total)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All</th>
          <td>{wholeNumber(total)}</td>
          <td>{shareText(total, total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
