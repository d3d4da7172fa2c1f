import type { Panel } from '@apiary/common/messages/dashboard.ts';
import type { QueryField } from '@apiary/common/messages/query-field.ts';
import { Link } from 'wouter';
import type { ChartSeries, ChartSpan } from '../../charts/series.ts';
import { wholeNumber } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { formatAddress } from '../../state/address.ts';
import type { LogSearch, SearchView } from '../../state/log-search.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useStore } from '../../state/use-store.ts';
import { useFieldCounts } from '../search/use-field-counts.ts';
import { PanelChart } from './panel-chart.tsx';
import { PanelLines } from './panel-lines.tsx';
import { fieldSeries, levelSeries } from './panel-series.ts';

interface PanelProps {
  readonly panel: Panel;
  readonly range: TimeRange;
}

/** One panel: a search that goes on by itself, shown as its owner chose. */
export function PanelView(props: PanelProps) {
  const { panel, range } = props;
  const search = useLogSearch(panel.query, range);
  const all = formatAddress({ query: panel.query, range });
  return (
    <section aria-label={safeText(panel.title)} className="ap-panel-body">
      <div className="ap-panel-head">
        <h2>
          <bdi>{safeText(panel.title)}</bdi>
        </h2>
        <Link href={`/search?${all}`} className="ap-link">
          Lines<span className="ap-hidden"> of {safeText(panel.title)}</span>
        </Link>
      </div>
      {search ? <Results search={search} panel={panel} range={range} /> : null}
    </section>
  );
}

function Results(props: PanelProps & { readonly search: LogSearch }) {
  const { search, panel, range } = props;
  const view = useStore(search.view);
  const [field] = panel.fields ?? [];
  if (view.status === 'failed') {
    return <p className="ap-panel-empty ap-bad">{view.error?.message ?? 'The search failed.'}</p>;
  }
  if (view.status !== 'done' && !view.fresh) return <p className="ap-panel-empty">Counting…</p>;
  if (panel.kind === 'log') return <PanelLines search={search} />;
  if (panel.kind === 'number') return <PanelNumber view={view} />;
  if (field) return <ByField panel={panel} range={range} field={field} total={view.counts.total} />;
  const { histogram } = view.counts;
  const span = { fromMs: histogram?.from ?? 0, stepMs: histogram?.step ?? 1_000 };
  return <Chart panel={panel} series={levelSeries(histogram)} span={span} title="Level" />;
}

function PanelNumber(props: { readonly view: SearchView }) {
  const { total, hosts } = props.view.counts;
  return (
    <p className="ap-panel-number">
      <strong>{wholeNumber(total)}</strong>
      <span className="ap-faint">
        {total === 1 ? 'line' : 'lines'} from {wholeNumber(hosts)} {hosts === 1 ? 'host' : 'hosts'}
      </span>
    </p>
  );
}

function ByField(props: PanelProps & { readonly field: QueryField; readonly total: number }) {
  const { panel, range, field, total } = props;
  const { value: counts, failure } = useFieldCounts({ query: panel.query, range, field }, total);
  if (failure) return <p className="ap-panel-empty ap-bad">{failure}</p>;
  if (!counts) return <p className="ap-panel-empty">Counting…</p>;
  const series = fieldSeries(field, counts);
  return <Chart panel={panel} series={series} span={counts} title={field.name} />;
}

function Chart(props: {
  readonly panel: Panel;
  readonly series: readonly ChartSeries[];
  readonly span: ChartSpan;
  readonly title: string;
}) {
  const { panel, series, span, title } = props;
  if (series.length === 0) return <p className="ap-panel-empty">No line matches in this time.</p>;
  return <PanelChart kind={panel.kind} series={series} span={span} title={safeText(title)} />;
}
