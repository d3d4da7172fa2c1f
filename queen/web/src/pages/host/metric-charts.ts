/** What the charts of a host show: which figures of `metrics:` lines, and how they read. */
import { seriesSchema } from '@apiary/common/messages/analysis.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { z } from 'zod';
import type { ValueLine } from '../../charts/value-lines.ts';
import { safeText } from '../../log-list/display.ts';
import { callApi } from '../../state/http.ts';
import { type TimeRange, windowOf } from '../../state/time-range.ts';

/** One figure, as one line or one for each value of a field. */
interface Figure {
  readonly metric: string;
  readonly field: string;
  /** Behind the value where it is split. */
  readonly name: string;
  readonly split?: string;
}

/** One chart. */
export interface MetricChart {
  readonly id: string;
  readonly title: string;
  readonly unit: 'percent' | 'bytes a second' | 'number';
  readonly figures: readonly Figure[];
}

/** All charts, in their order. */
export const METRIC_CHARTS: readonly MetricChart[] = [
  {
    id: 'cpu',
    title: 'CPU',
    unit: 'percent',
    figures: [
      { metric: 'cpu', field: 'used_percent', name: 'used' },
      { metric: 'cpu', field: 'iowait_percent', name: 'waits for a disk' },
    ],
  },
  {
    id: 'load',
    title: 'Load',
    unit: 'number',
    figures: [
      { metric: 'load', field: 'load1', name: '1 minute' },
      { metric: 'load', field: 'load15', name: '15 minutes' },
    ],
  },
  {
    id: 'memory',
    title: 'Memory',
    unit: 'percent',
    figures: [{ metric: 'memory', field: 'used_percent', name: 'used' }],
  },
  {
    id: 'space',
    title: 'Disk space',
    unit: 'percent',
    figures: [{ metric: 'filesystem', field: 'used_percent', name: '', split: 'path' }],
  },
  {
    id: 'disk',
    title: 'Disk',
    unit: 'bytes a second',
    figures: [
      { metric: 'disk', field: 'read_bytes_per_second', name: 'read', split: 'device' },
      { metric: 'disk', field: 'written_bytes_per_second', name: 'written', split: 'device' },
    ],
  },
  {
    id: 'network',
    title: 'Network',
    unit: 'bytes a second',
    figures: [
      { metric: 'network', field: 'received_bytes_per_second', name: 'in', split: 'interface' },
      { metric: 'network', field: 'sent_bytes_per_second', name: 'out', split: 'interface' },
    ],
  },
];

const answerSchema = z.object({
  from: z.number(),
  step: z.number(),
  sampled: z.boolean(),
  series: z.array(seriesSchema),
});

/** Of disks and interfaces so many are drawn: two figures of each, and eight colours. */
const SPLIT_TOP = 3;

/** A Bee measures every 15 seconds as a rule: less would be holes. */
const BUCKET_MS_MIN = 30_000;

/** The lines of a chart. */
export interface MetricLines {
  readonly fromMs: number;
  readonly stepMs: number;
  /** More lines were there than were read. */
  readonly sampled: boolean;
  readonly lines: readonly ValueLine[];
}

/** A host's lines of one subject (`cpu`, `memory`, …): its Bee names the stream by it. */
export function metricQuery(agent: string, metric: string): string {
  const stream = formatFieldValue('file', `metrics:${metric}`);
  return `${formatFieldValue('agent', agent)} AND ${stream}`;
}

/** Asks for a chart's figures over a range. @throws AppError */
export async function metricLines(
  agent: string,
  chart: MetricChart,
  range: TimeRange,
  signal: AbortSignal,
): Promise<MetricLines> {
  const { fromMs, toMs, buckets: most } = windowOf(range, Date.now());
  const lengthMs = (toMs ?? 0) - (fromMs ?? 0);
  const buckets = lengthMs <= 0 ? most : Math.min(most, Math.ceil(lengthMs / BUCKET_MS_MIN));
  const answers = await Promise.all(
    chart.figures.map(async ({ metric, field, split }) => {
      const body = {
        query: metricQuery(agent, metric),
        ...(fromMs === undefined ? {} : { from: fromMs }),
        ...(toMs === undefined ? {} : { to: toMs }),
        buckets,
        number: field,
        ...(split === undefined ? {} : { split: { field: split, top: SPLIT_TOP } }),
      };
      return callApi('/api/search/series', answerSchema, { method: 'POST', body, signal });
    }),
  );
  const lines = answers.flatMap((answer, at) => linesOf(answer.series, chart.figures[at]));
  const [first] = answers;
  return {
    fromMs: first?.from ?? 0,
    stepMs: first?.step ?? 1_000,
    sampled: answers.some(({ sampled }) => sampled),
    lines: lines.map((line, at) => ({ ...line, color: at })),
  };
}

function linesOf(
  series: readonly z.output<typeof seriesSchema>[],
  figure: Figure | undefined,
): Omit<ValueLine, 'color'>[] {
  if (!figure) return [];
  return series.flatMap(({ kind, value, numbers }) => {
    if (!numbers || kind === 'rest' || kind === 'none') return [];
    const words = [value === undefined ? '' : safeText(value), figure.name];
    const name = words.filter((word) => word !== '').join(' ');
    return [{ key: name, name, values: numbers.map((facts) => facts?.avg) }];
  });
}
