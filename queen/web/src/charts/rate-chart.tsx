import { area, curveStepAfter, max, scaleLinear } from 'd3';
import { useRef } from 'react';
import { wholeNumber } from '../components/figures.ts';
import './rate-chart.css';
import { useWidth } from './use-width.ts';

const HEIGHT = 168;
const AXIS = 20;
const TOP = 8;
const GUTTER = 52;
const MINUTE = 60;

/** Lines a second, one value for each second up to now; a honey line is now. */
export function RateChart(props: { readonly rates: readonly number[] }) {
  const { rates } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const plot = Math.max(60, width - GUTTER);
  const highest = Math.max(1, max(rates) ?? 1);
  const x = scaleLinear([0, Math.max(1, rates.length - 1)], [0, plot]);
  const y = scaleLinear([0, highest], [HEIGHT - AXIS, TOP]).nice(3);
  const path = area<number>()
    .x((_rate, second) => x(second))
    .y0(y(0))
    .y1((rate) => y(rate))
    .curve(curveStepAfter)(rates);
  const minutes = Math.floor(rates.length / MINUTE);
  const narrow = width < 480;
  return (
    <div ref={host} className="ap-rate-chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={sentence(rates)}>
        {y
          .ticks(3)
          .filter((tick) => tick > 0)
          .map((tick) => (
            <g key={tick}>
              <line x1={0} x2={plot} y1={y(tick)} y2={y(tick)} />
              <text x={width} y={y(tick) + 4} textAnchor="end">
                {wholeNumber(tick)}
              </text>
            </g>
          ))}
        <path d={path ?? ''} />
        <line className="ap-rate-now" x1={plot} x2={plot} y1={0} y2={HEIGHT - AXIS} />
        {Array.from({ length: minutes }, (_, index) => minutes - index)
          .filter((minute) => !narrow || minute % 2 === minutes % 2)
          .map((minute) => (
            <text
              key={minute}
              x={Math.max(0, x(rates.length - 1 - minute * MINUTE))}
              y={HEIGHT - 5}
              textAnchor={minute === minutes ? 'start' : 'middle'}
            >
              {minute} min ago
            </text>
          ))}
        <text className="ap-rate-now-text" x={plot} y={HEIGHT - 5} textAnchor="end">
          now
        </text>
      </svg>
    </div>
  );
}

function sentence(rates: readonly number[]): string {
  const minutes = Math.round(rates.length / MINUTE);
  const now = Math.round(rates.at(-1) ?? 0);
  const highest = Math.round(max(rates) ?? 0);
  return `Lines a second over ${minutes} minutes: ${wholeNumber(now)} now, ${wholeNumber(highest)} at most.`;
}
