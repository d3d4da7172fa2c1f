import { arc, type PieArcDatum, pie } from 'd3';
import { useRef } from 'react';
import { wholeNumber } from '../components/figures.ts';
import { spreadLabels } from './donut-labels.ts';
import './series.css';
import { type ChartSeries, seriesSentence, shareText, totalOf } from './series.ts';
import { useWidth } from './use-width.ts';

const OUTER = 102;
const INNER = 63;
const HEIGHT = 264;
/** Where labels stand, from the centre. */
const LABEL_X = 142;
const LABEL_GAP = 34;
/** Below this width there is no room for labels beside the donut: a legend stands below it. */
const NARROW = 520;

const slices = pie<ChartSeries>()
  .value((one) => one.total)
  .sort(null);
const slicePath = arc<PieArcDatum<ChartSeries>>().innerRadius(INNER).outerRadius(OUTER);
const middlePath = arc<PieArcDatum<ChartSeries>>().innerRadius(OUTER).outerRadius(OUTER);

/** Shares of a whole as a donut with direct labels; at most eight parts. */
export function Donut(props: {
  readonly series: readonly ChartSeries[];
  /** Stands below the sum in the middle, e.g. `lines`. */
  readonly noun: string;
}) {
  const { series, noun } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const total = totalOf(series);
  const arcs = slices(series.filter((one) => one.total > 0));
  const narrow = width < NARROW;
  const centre = `translate(${width / 2} ${HEIGHT / 2})`;
  return (
    <div ref={host} className="ap-donut">
      <svg width={width} height={HEIGHT} role="img" aria-label={seriesSentence('Shares', series)}>
        <g transform={centre}>
          {arcs.length === 0 ? <circle className="ap-donut-none" r={(INNER + OUTER) / 2} /> : null}
          {arcs.map((slice) => (
            <path
              key={slice.data.key}
              className={`ap-slice ap-fill-${slice.data.color}`}
              d={slicePath(slice) ?? ''}
            >
              <title>{`${slice.data.name}: ${wholeNumber(slice.data.total)}`}</title>
            </path>
          ))}
          <text className="ap-donut-total" y={4} textAnchor="middle">
            {wholeNumber(total)}
          </text>
          <text className="ap-donut-noun" y={24} textAnchor="middle">
            {noun}
          </text>
          {narrow ? null : <Labels arcs={arcs} total={total} />}
        </g>
      </svg>
      {narrow ? <Legend series={series} total={total} /> : null}
    </div>
  );
}

function Labels(props: {
  readonly arcs: readonly PieArcDatum<ChartSeries>[];
  readonly total: number;
}) {
  const wanted = props.arcs.map((slice) => {
    const [x, y] = middlePath.centroid(slice);
    return { key: slice.data.key, right: x >= 0, x, y, edgeY: y, series: slice.data };
  });
  return spreadLabels(wanted, LABEL_GAP, HEIGHT / 2 - 18).map((label) => {
    const side = label.right ? 1 : -1;
    const textX = side * LABEL_X;
    return (
      <g key={label.key}>
        <polyline
          className="ap-donut-lead"
          points={`${label.x},${label.edgeY} ${side * (LABEL_X - 22)},${label.y} ${textX - side * 6},${label.y}`}
        />
        <text
          className="ap-donut-name"
          x={textX}
          y={label.y}
          textAnchor={label.right ? 'start' : 'end'}
        >
          {label.series.name}
        </text>
        <text
          className="ap-donut-share"
          x={textX}
          y={label.y + 14}
          textAnchor={label.right ? 'start' : 'end'}
        >
          {shareText(label.series.total, props.total)}, {wholeNumber(label.series.total)}
        </text>
      </g>
    );
  });
}

function Legend(props: { readonly series: readonly ChartSeries[]; readonly total: number }) {
  return (
    <ul className="ap-legend">
      {props.series.map((one) => (
        <li key={one.key}>
          <span className={`ap-swatch ap-back-${one.color}`} />
          <bdi>{one.name}</bdi>
          <span className="ap-faint">{shareText(one.total, props.total)}</span>
        </li>
      ))}
    </ul>
  );
}
