import { type ScaleLinear, type ScaleTime, scaleLinear, scaleTime } from 'd3';
import { type ReactNode, useRef } from 'react';
import { wholeNumber } from '../components/figures.ts';
import './grid.css';
import './series.css';
import { type ChartSeries, type ChartSpan, seriesSentence } from './series.ts';
import { TimeAxis } from './time-axis.tsx';
import { useWidth } from './use-width.ts';

const HEIGHT = 240;
const AXIS = 20;
const TOP = 8;
const GUTTER = 44;

/** The scales that a chart over time draws by. */
export interface TimeScales {
  readonly x: ScaleTime<number, number>;
  readonly y: ScaleLinear<number, number>;
}

/** What charts of categories over time have around them: figures, times, legend. */
export function TimeFrame(props: {
  readonly series: readonly ChartSeries[];
  readonly span: ChartSpan;
  readonly highest: number;
  readonly draw: (scales: TimeScales) => ReactNode;
}) {
  const { series, span } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const plot = Math.max(60, width - GUTTER);
  const length = Math.max(1, ...series.map((one) => one.points.length));
  const toMs = span.fromMs + length * span.stepMs;
  const x = scaleTime([new Date(span.fromMs), new Date(toMs)], [0, plot]);
  const y = scaleLinear([0, Math.max(1, props.highest)], [HEIGHT - AXIS, TOP]).nice(4);
  const ticks = y.ticks(4).filter((tick) => Number.isInteger(tick) && tick > 0);
  return (
    <div ref={host} className="ap-line-chart">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={seriesSentence('Lines over time', series)}
      >
        {ticks.map((tick) => (
          <g key={tick} className="ap-grid">
            <line x1={0} x2={plot} y1={y(tick)} y2={y(tick)} />
            <text x={width} y={y(tick) + 4} textAnchor="end">
              {wholeNumber(tick)}
            </text>
          </g>
        ))}
        {props.draw({ x, y })}
        <TimeAxis x={x} top={HEIGHT - AXIS} />
      </svg>
      <ul className="ap-legend">
        {series.map((one) => (
          <li key={one.key}>
            <span className={`ap-swatch ap-back-${one.color}`} />
            <bdi>{one.name}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
