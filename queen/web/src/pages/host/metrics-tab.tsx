import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Button } from '@mantine/core';
import { useLocation, useSearch } from 'wouter';
import { ValueChart } from '../../charts/value-chart.tsx';
import { byteSize, rateText } from '../../components/figures.ts';
import { useMayEdit } from '../../components/use-may-edit.ts';
import type { LogSearch } from '../../state/log-search.ts';
import { useServices } from '../../state/services.ts';
import {
  durationWords,
  formatDuration,
  PRESETS_MS,
  parseDuration,
  type TimeRange,
} from '../../state/time-range.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useRecounted } from '../../state/use-recounted.ts';
import { useStore } from '../../state/use-store.ts';
import { METRIC_CHARTS, type MetricChart, metricLines, metricQuery } from './metric-charts.ts';

const HOUR_MS = 3_600_000;

/** A host's own figures over time, as its Bee measures them; each measurement moves them. */
export function MetricsTab(props: { readonly agent: AgentView; readonly isMeasured: boolean }) {
  const { agent, isMeasured } = props;
  const [range, setRange] = useRange();
  // One line of this subject comes with each measurement.
  const search = useLogSearch(metricQuery(agent.id, 'memory'), range);
  return (
    <>
      <div className="ap-host-range">
        <select
          className="ap-input"
          aria-label="Time range"
          value={range.durationMs}
          onChange={(event) => setRange(Number(event.currentTarget.value))}
        >
          {PRESETS_MS.map((durationMs) => (
            <option key={durationMs} value={durationMs}>
              Last {durationWords(durationMs)}
            </option>
          ))}
        </select>
      </div>
      {search ? (
        <Charts agent={agent} search={search} range={range} isMeasured={isMeasured} />
      ) : null}
    </>
  );
}

function Charts(props: {
  readonly agent: AgentView;
  readonly search: LogSearch;
  readonly range: TimeRange;
  readonly isMeasured: boolean;
}) {
  const { agent, search, range, isMeasured } = props;
  const { status, fresh, counts, error } = useStore(search.view);
  if (status === 'failed') {
    return <p className="ap-bad">{error?.message ?? 'The figures could not be read.'}</p>;
  }
  const isKnown = status === 'done' || fresh;
  if (isKnown && counts.total === 0) return <NoFigures agent={agent} isMeasured={isMeasured} />;
  return (
    <div className="ap-host-charts" data-testid="metrics">
      {METRIC_CHARTS.map((chart) => (
        <Chart key={chart.id} agent={agent.id} chart={chart} range={range} total={counts.total} />
      ))}
    </div>
  );
}

function Chart(props: {
  readonly agent: string;
  readonly chart: MetricChart;
  readonly range: TimeRange;
  readonly total: number;
}) {
  const { agent, chart, range, total } = props;
  const key = JSON.stringify([agent, chart.id, range]);
  const { value, failure } = useRecounted(key, total, (signal) =>
    metricLines(agent, chart, range, signal),
  );
  return (
    <section className="ap-sheet ap-panel" aria-labelledby={`metric-${chart.id}`}>
      <div className="ap-panel-head">
        <h2 id={`metric-${chart.id}`}>{chart.title}</h2>
        <span className="ap-faint">
          {chart.unit === 'bytes a second' ? chart.unit : ''}
          {value?.sampled ? ' the newest lines alone were read' : ''}
        </span>
      </div>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {value && value.lines.length === 0 ? (
        <p className="ap-panel-empty">Nothing was measured in this time.</p>
      ) : null}
      {value && value.lines.length > 0 ? (
        <ValueChart
          title={chart.title}
          lines={value.lines}
          span={value}
          least={chart.unit === 'percent' ? 100 : 1}
          write={(figure) => written(figure, chart.unit)}
        />
      ) : null}
      {value || failure ? null : <p className="ap-panel-empty ap-host-chart-wait">Reading…</p>}
    </section>
  );
}

function NoFigures(props: { readonly agent: AgentView; readonly isMeasured: boolean }) {
  const { agent, isMeasured } = props;
  const { fleet, notices } = useServices();
  const mayEdit = useMayEdit();
  const watch = () =>
    fleet.addTargets({ agents: [agent.id], urls: ['metrics:'], tags: [], history: false });
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="no-figures">
      <div className="ap-panel-head">
        <h2 id="no-figures">
          {isMeasured ? 'No figures in this time' : 'This host does not tell its figures'}
        </h2>
      </div>
      <p className="ap-panel-empty">
        {isMeasured
          ? 'The first measurement comes 15 seconds after a Bee has started.'
          : 'CPU, memory, disks and network, every 15 seconds: about 10 MB a day before they are stored.'}
      </p>
      {mayEdit && !isMeasured && agent.approval === 'approved' ? (
        <p className="ap-panel-empty">
          <Button onClick={() => void notices.act(watch, 'Watching metrics:')}>
            Watch its figures
          </Button>
        </p>
      ) : null}
    </section>
  );
}

function written(value: number, unit: MetricChart['unit']): string {
  if (unit === 'percent') return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
  return unit === 'number' ? rateText(value) : byteSize(value);
}

/** The range stands in the address. */
function useRange(): [Extract<TimeRange, { kind: 'last' }>, (durationMs: number) => void] {
  const words = new URLSearchParams(useSearch());
  const [location, navigate] = useLocation();
  const durationMs = parseDuration(words.get('range') ?? '') ?? HOUR_MS;
  const set = (next: number) => navigate(`${location}?range=${formatDuration(next)}`);
  return [{ kind: 'last', durationMs }, set];
}
