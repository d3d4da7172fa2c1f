import type { Panel } from '@apiary/common/messages/dashboard.ts';
import { Donut } from '../../charts/donut.tsx';
import { LineChart } from '../../charts/line-chart.tsx';
import type { ChartSeries, ChartSpan } from '../../charts/series.ts';
import { SeriesTable } from '../../charts/series-table.tsx';
import { StackedBars } from '../../charts/stacked-bars.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import '../../charts/series.css';

/** Categories, as the panel's owner chose to see them. */
export function PanelChart(props: {
  readonly kind: Panel['kind'];
  readonly series: readonly ChartSeries[];
  readonly span: ChartSpan;
  readonly title: string;
}) {
  const { kind, series, span, title } = props;
  switch (kind) {
    case 'lines':
      return <LineChart series={series} span={span} />;
    case 'bars':
      return <StackedBars series={series} span={span} />;
    case 'donut':
      return <Donut series={series} noun="lines" />;
    default:
      return (
        <ScrollRegion label={`${title}, as a table`}>
          <SeriesTable series={series} title={title} />
        </ScrollRegion>
      );
  }
}
