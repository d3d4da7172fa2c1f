import type { ChartSeries, ChartSpan } from './series.ts';
import { TimeFrame, type TimeScales } from './time-frame.tsx';

/** Categories over time as stacked bars; the first one at the base. */
export function StackedBars(props: {
  readonly series: readonly ChartSeries[];
  readonly span: ChartSpan;
}) {
  const { series, span } = props;
  const length = Math.max(1, ...series.map((one) => one.points.length));
  const sums = Array.from({ length }, (_, at) =>
    series.reduce((sum, one) => sum + (one.points[at] ?? 0), 0),
  );
  return (
    <TimeFrame
      series={series}
      span={span}
      highest={Math.max(...sums)}
      draw={(scales) =>
        barPaths(series, span, scales).map(({ key, color, path }) => (
          <path key={key} className={`ap-fill-${color}`} d={path} />
        ))
      }
    />
  );
}

function barPaths(series: readonly ChartSeries[], span: ChartSpan, { x, y }: TimeScales) {
  const base: number[] = [];
  return series.map(({ key, color, points }) => {
    let path = '';
    for (const [at, count] of points.entries()) {
      if (count === 0) continue;
      const low = base[at] ?? 0;
      base[at] = low + count;
      const left = x(span.fromMs + at * span.stepMs).toFixed(1);
      const right = (x(span.fromMs + (at + 1) * span.stepMs) - 1).toFixed(1);
      const bottom = y(low).toFixed(1);
      path += `M${left} ${bottom}V${y(low + count).toFixed(1)}H${right}V${bottom}Z`;
    }
    return { key, color, path };
  });
}
