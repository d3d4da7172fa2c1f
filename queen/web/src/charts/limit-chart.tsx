import { scaleLinear, scaleTime } from 'd3';
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { significantNumber } from '../components/figures.ts';
import './grid.css';
import './limit-chart.css';
import { TimeAxis } from './time-axis.tsx';
import { useWidth } from './use-width.ts';

const HEIGHT = 132;
const AXIS = 20;
const TOP = 10;
const GUTTER = 52;
/** What a limit of 1 and the like has room to move to. */
const ROOM = 1.25;

/** A limit, which can be moved where `move` is there. */
export interface ChartLimit {
  readonly value: number;
  /** On which side of it a value is beyond it. */
  readonly direction: 'above' | 'below';
  /** The limit itself is beyond it. */
  readonly isBeyond: boolean;
  /** What limits are a multiple of. */
  readonly step: number;
  readonly least: number;
  readonly move?: (value: number) => void;
}

/** Measured values over time beside a limit; one that can be moved is dragged, or goes by the arrow keys. */
export function LimitChart(props: {
  readonly title: string;
  readonly from: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
  readonly limit: ChartLimit | undefined;
}) {
  const { title, from, step, values, limit } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const plot = Math.max(60, width - GUTTER);
  const toMs = from + step * Math.max(1, values.length);
  const x = scaleTime([new Date(from), new Date(toMs)], [0, plot]);
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, (limit?.value ?? 0) * ROOM, limit?.step ?? 1);
  const least = Math.min(0, ...known, limit?.value ?? 0);
  const y = scaleLinear([least, most], [HEIGHT - AXIS, TOP]);
  const bars = values.flatMap((value, index) =>
    value === null ? [] : [{ value, atMs: from + index * step }],
  );
  const band = plot / Math.max(1, values.length);
  return (
    <div ref={host} className="ap-limit-chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={sentenceOf(title, known, limit)}>
        {y
          .ticks(3)
          .filter((tick) => tick !== 0)
          .map((tick) => (
            <g key={tick} className="ap-grid">
              <line x1={0} x2={plot} y1={y(tick)} y2={y(tick)} />
              <text x={width} y={y(tick) + 4} textAnchor="end">
                {significantNumber(tick)}
              </text>
            </g>
          ))}
        {bars.map(({ value, atMs }) => (
          <rect
            key={atMs}
            className={isBeyond(value, limit) ? 'ap-limit-bar ap-limit-beyond' : 'ap-limit-bar'}
            x={x(atMs)}
            width={Math.max(1, band - 1)}
            y={Math.min(y(value), y(0) - 1)}
            height={Math.max(1, Math.abs(y(0) - y(value)))}
          />
        ))}
        <TimeAxis x={x} top={HEIGHT - AXIS} />
      </svg>
      {limit ? <LimitLine limit={limit} width={plot} at={y(limit.value)} of={y.invert} /> : null}
    </div>
  );
}

function LimitLine(props: {
  readonly limit: ChartLimit;
  readonly width: number;
  /** Pixels from the top. */
  readonly at: number;
  /** The value at so many pixels from the top. */
  readonly of: (top: number) => number;
}) {
  const { limit, width, at, of } = props;
  const move = (value: number) => {
    const next = Math.max(limit.least, Math.round(value / limit.step) * limit.step);
    if (next !== limit.value) limit.move?.(Number(next.toPrecision(12)));
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    const chart = event.currentTarget.parentElement;
    if (event.buttons !== 1 || !chart) return;
    const top = event.clientY - chart.getBoundingClientRect().top;
    move(of(Math.min(HEIGHT - AXIS, Math.max(0, top))));
  };
  const press = (event: KeyboardEvent) => {
    const steps = {
      ArrowUp: 1,
      ArrowRight: 1,
      PageUp: 10,
      ArrowDown: -1,
      ArrowLeft: -1,
      PageDown: -10,
    };
    const by = Object.entries(steps).find(([key]) => key === event.key)?.[1];
    if (by === undefined) return;
    event.preventDefault();
    move(limit.value + by * limit.step);
  };
  if (!limit.move) return <div className="ap-limit ap-limit-fixed" style={{ top: at, width }} />;
  return (
    <div
      className="ap-limit"
      style={{ top: at, width }}
      role="slider"
      tabIndex={0}
      aria-label="Limit"
      aria-orientation="vertical"
      aria-valuenow={limit.value}
      aria-valuetext={`${limit.direction} ${significantNumber(limit.value)}`}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
}

function isBeyond(value: number, limit: ChartLimit | undefined): boolean {
  if (!limit) return false;
  if (value === limit.value) return limit.isBeyond;
  return limit.direction === 'above' ? value > limit.value : value < limit.value;
}

function sentenceOf(
  title: string,
  known: readonly number[],
  limit: ChartLimit | undefined,
): string {
  if (known.length === 0) return `${title}: nothing was measured.`;
  const beyond = known.filter((value) => isBeyond(value, limit)).length;
  const ends = new Set([Math.min(...known), Math.max(...known)].map(significantNumber));
  const range = [...ends].join(' to ');
  return `${title}: ${range}${limit ? `, ${beyond} of ${known.length} times beyond the limit` : ''}.`;
}
