import { curveMonotoneX, line, max } from 'd3';
import type { ChartSeries, ChartSpan } from './series.ts';
import { TimeFrame } from './time-frame.tsx';

/** Categories over time, one line each. They do not add up: shares are the donut's. */
export function LineChart(props: {
  readonly series: readonly ChartSeries[];
  readonly span: ChartSpan;
}) {
  const { series, span } = props;
  return (
    <TimeFrame
      series={series}
      span={span}
      highest={max(series, (one) => max(one.points) ?? 0) ?? 1}
      draw={({ x, y }) => {
        const path = line<number>()
          .x((_count, at) => x(span.fromMs + (at + 0.5) * span.stepMs))
          .y((count) => y(count))
          .curve(curveMonotoneX);
        return series.map((one) => (
          <path
            key={one.key}
            className={`ap-series-line ap-stroke-${one.color}`}
            d={path(one.points) ?? ''}
          />
        ));
      }}
    />
  );
}
