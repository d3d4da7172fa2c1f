import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import { format, scaleLinear, scaleTime } from 'd3';
import { useMemo, useRef, useState } from 'react';
import { countOf, wholeNumber } from '../components/figures.ts';
import { fullTimeText } from '../log-list/time-text.ts';
import { bucketCount, LEVELS_WORST_FIRST, levelTotal } from '../state/counts.ts';
import type { Firing } from '../state/firings.ts';
import { Brush, type Selection } from './brush.tsx';
import { Flags } from './flags.tsx';
import './grid.css';
import './histogram.css';
import { bucketTotals, highestTotal, stackLayers } from './stack.ts';
import { TimeAxis } from './time-axis.tsx';
import { useWidth } from './use-width.ts';

const HEIGHT = 104;
const AXIS = 18;
const TOP = 6;
const GUTTER = 44;
/** Below this width the figures are left out and the bars take all of it. */
const NARROW = 480;

/** Lines over time, stacked by level, with a brush. */
export function HistogramChart(props: {
  readonly histogram: Histogram;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection | undefined) => void;
  readonly firings: readonly Firing[];
}) {
  const { histogram, selection, onSelect } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const [hovered, setHovered] = useState<number>();
  const length = bucketCount(histogram);
  const endMs = histogram.from + length * histogram.step;
  const plot = Math.max(60, width < NARROW ? width : width - GUTTER);
  const x = useMemo(
    () => scaleTime([new Date(histogram.from), new Date(endMs)], [0, plot]),
    [histogram.from, endMs, plot],
  );
  const highest = highestTotal(histogram);
  const y = useMemo(() => scaleLinear([0, highest], [HEIGHT - AXIS, TOP]).nice(2), [highest]);
  const layers = useMemo(() => stackLayers(histogram, x, y), [histogram, x, y]);
  const paths = layers.map(({ level, path }) => (
    <path key={level} className={`ap-bar-${level}`} d={path} />
  ));
  const bandFrom = selection ? x(selection.fromMs) : 0;
  const bandTo = selection ? x(selection.toMs) : 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what hovering reads out is in the label too
    <div
      ref={host}
      className="ap-histogram"
      onMouseMove={(event) => {
        const left = event.currentTarget.getBoundingClientRect().left;
        const bucket = Math.floor(((event.clientX - left) / plot) * length);
        setHovered(bucket >= 0 && bucket < length ? bucket : undefined);
      }}
      onMouseLeave={() => setHovered(undefined)}
    >
      <svg width={width} height={HEIGHT} role="img" aria-label={sentence(histogram)}>
        {y.ticks(2).map((tick) =>
          tick === 0 || !Number.isInteger(tick) ? null : (
            <g key={tick} className="ap-grid">
              <line x1={0} x2={plot} y1={y(tick)} y2={y(tick)} />
              <text x={width} y={y(tick) + 4} textAnchor="end">
                {tick >= 100_000 ? format('.2~s')(tick) : wholeNumber(tick)}
              </text>
            </g>
          ),
        )}
        <g className={selection ? 'ap-bars-dim' : undefined}>{paths}</g>
        {selection ? (
          <>
            <clipPath id="ap-band">
              <rect x={bandFrom} width={Math.max(0, bandTo - bandFrom)} y={0} height={HEIGHT} />
            </clipPath>
            <g clipPath="url(#ap-band)">{paths}</g>
          </>
        ) : null}
        <TimeAxis x={x} top={HEIGHT - AXIS} />
        <Brush
          x={x}
          width={plot}
          height={HEIGHT - AXIS}
          selection={selection}
          onSelect={onSelect}
        />
      </svg>
      <Flags firings={props.firings} x={x} width={plot} />
      {hovered === undefined ? null : (
        <Readout
          histogram={histogram}
          bucket={hovered}
          left={x(histogram.from + (hovered + 0.5) * histogram.step)}
          plot={plot}
        />
      )}
    </div>
  );
}

function Readout(props: {
  readonly histogram: Histogram;
  readonly bucket: number;
  readonly left: number;
  readonly plot: number;
}) {
  const { histogram, bucket, left, plot } = props;
  const total = bucketTotals(histogram)[bucket] ?? 0;
  const transform = left > plot / 2 ? 'translateX(calc(-100% - 10px))' : 'translateX(10px)';
  return (
    <div className="ap-readout" style={{ left, transform }} aria-hidden="true">
      <div>{fullTimeText(histogram.from + bucket * histogram.step).slice(0, -4)}</div>
      <strong>{countOf(total, 'line')}</strong>
      {LEVELS_WORST_FIRST.map((level) => {
        const count = histogram.levels[level]?.[bucket] ?? 0;
        return count === 0 ? null : (
          <div key={level} className="ap-readout-row">
            <span className={`ap-key ap-key-${level}`} />
            {level === 'none' ? 'no level' : level}
            <span className="ap-readout-count">{wholeNumber(count)}</span>
          </div>
        );
      })}
    </div>
  );
}

function sentence(histogram: Histogram): string {
  const length = bucketCount(histogram);
  const parts = LEVELS_WORST_FIRST.map((level) => [level, levelTotal(histogram, level)] as const)
    .filter(([, total]) => total > 0)
    .map(([level, total]) => `${wholeNumber(total)} ${level === 'none' ? 'without level' : level}`);
  const from = fullTimeText(histogram.from);
  const to = fullTimeText(histogram.from + length * histogram.step);
  return `Lines from ${from} to ${to}: ${parts.length === 0 ? 'none' : parts.join(', ')}.`;
}
