import { wholeNumber } from '../components/figures.ts';
import './series.css';
import { type ChartSeries, shareText, totalOf } from './series.ts';

/** Categories as horizontal bars, each with its name, count and share beside it. */
export function ShareBars(props: { readonly series: readonly ChartSeries[] }) {
  const { series } = props;
  const total = totalOf(series);
  const highest = Math.max(1, ...series.map((one) => one.total));
  return (
    <ul className="ap-share-bars">
      {series.map((one) => (
        <li key={one.key}>
          <bdi className="ap-share-name">{one.name}</bdi>
          <span className="ap-share-track">
            <svg aria-hidden="true" width="100%" height="14" preserveAspectRatio="none">
              <rect
                className={`ap-fill-${one.color}`}
                width={`${(one.total / highest) * 100}%`}
                height="14"
                rx="2"
              />
            </svg>
          </span>
          <span className="ap-share-count">{wholeNumber(one.total)}</span>
          <span className="ap-share-part">{shareText(one.total, total)}</span>
        </li>
      ))}
    </ul>
  );
}
