import { curveMonotoneX, line, scaleLinear, scaleTime } from 'd3';
import { useRef, useState } from 'react';
import { clockSecondsText } from '../log-list/time-text.ts';
import './grid.css';
import './series.css';
import type { ChartSpan } from './series.ts';
import { TimeAxis } from './time-axis.tsx';
import { useWidth } from './use-width.ts';
import './value-chart.css';
import {
  mostOf,
  newestOf,
  stretchesOf,
  type ValueLine,
  type ValuePoint,
  valueSentence,
} from './value-lines.ts';

const HEIGHT = 150;
const AXIS = 20;
const TOP = 8;
const GUTTER = 66;

/** Measured values over time: a line each, broken where nothing was measured; what is under the pointer in the legend. */
export function ValueChart(props: {
  readonly title: string;
  readonly lines: readonly ValueLine[];
  readonly span: ChartSpan;
  /** The scale ends here at least. */
  readonly least: number;
  readonly write: (value: number) => string;
}) {
  const { title, lines, span, least, write } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const [at, setAt] = useState<number>();
  const plot = Math.max(60, width - GUTTER);
  const length = Math.max(1, ...lines.map(({ values }) => values.length));
  const x = scaleTime(
    [new Date(span.fromMs), new Date(span.fromMs + length * span.stepMs)],
    [0, plot],
  );
  const most = Math.max(least, ...lines.map((one) => mostOf(one) ?? 0));
  const y = scaleLinear([0, most], [HEIGHT - AXIS, TOP]);
  const middle = (index: number) => x(span.fromMs + (index + 0.5) * span.stepMs);
  const path = line<ValuePoint>()
    .x(({ index }) => middle(index))
    .y(({ value }) => y(value))
    .curve(curveMonotoneX);
  return (
    <div ref={host} className="ap-value-chart">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={valueSentence(title, lines, write)}
        onPointerMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          setAt(Math.min(length - 1, Math.max(0, Math.floor((left / plot) * length))));
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        {y
          .ticks(3)
          .filter((tick) => tick > 0)
          .map((tick) => (
            <g key={tick} className="ap-grid">
              <line x1={0} x2={plot} y1={y(tick)} y2={y(tick)} />
              <text x={width} y={y(tick) + 4} textAnchor="end">
                {write(tick)}
              </text>
            </g>
          ))}
        {at === undefined ? null : (
          <line className="ap-value-at" x1={middle(at)} x2={middle(at)} y1={0} y2={HEIGHT - AXIS} />
        )}
        {lines.map((one) => (
          <g key={one.key}>
            {stretchesOf(one).map((points) => (
              <Stretch
                key={points[0]?.index}
                color={colorOf(one)}
                d={path(points) ?? ''}
                lonely={points.length === 1 ? points[0] : undefined}
                at={(point) => [middle(point.index), y(point.value)]}
              />
            ))}
          </g>
        ))}
        <TimeAxis x={x} top={HEIGHT - AXIS} />
      </svg>
      <ul className="ap-legend">
        {lines.map((one) => {
          const value = at === undefined ? newestOf(one) : one.values[at];
          return (
            <li key={one.key}>
              <span className={`ap-swatch ap-back-${colorOf(one)}`} />
              <bdi>{one.name}</bdi>
              <strong>{value === undefined ? '–' : write(value)}</strong>
            </li>
          );
        })}
        {at === undefined ? null : (
          <li className="ap-value-time">{clockSecondsText(span.fromMs + at * span.stepMs)}</li>
        )}
      </ul>
    </div>
  );
}

/** A stretch of a line; a value without neighbours is a dot. */
function Stretch(props: {
  readonly color: number;
  readonly d: string;
  readonly lonely: ValuePoint | undefined;
  readonly at: (point: ValuePoint) => readonly [x: number, y: number];
}) {
  const { color, d, lonely, at } = props;
  if (!lonely) return <path className={`ap-series-line ap-stroke-${color}`} d={d} />;
  const [x, y] = at(lonely);
  return <circle className={`ap-fill-${color}`} cx={x} cy={y} r={1.8} />;
}

function colorOf({ color }: ValueLine): number {
  return (color % 8) + 1;
}
