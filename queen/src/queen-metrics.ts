import type { Metrics } from '@apiary/common/metrics.ts';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Queen's own metrics. */
export interface QueenMetrics {
  /** Seconds until an answer's end, by route and status. */
  readonly requests: Histogram<'route' | 'status'>;
  readonly sockets: Gauge;
  readonly tails: Gauge;
  /** Records that slow sockets did not get. */
  readonly missed: Counter;
  /** Connections that were turned away at the TLS port, by how: `plain`, `handshake`. */
  readonly refused: Counter<'how'>;
}

/** Registers them; a second Queen of one process uses the first one's. */
export function queenMetrics({ registry }: Metrics): QueenMetrics {
  const registers = [registry];
  for (const name of [
    'requests_seconds',
    'sockets',
    'tails',
    'tail_missed_total',
    'tls_refused_total',
  ]) {
    registry.removeSingleMetric(`apiary_queen_${name}`);
  }
  return {
    requests: new Histogram({
      name: 'apiary_queen_requests_seconds',
      help: 'Time until the end of an answer',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
      registers,
    }),
    sockets: new Gauge({
      name: 'apiary_queen_sockets',
      help: 'Connected browsers and command lines',
      registers,
    }),
    tails: new Gauge({
      name: 'apiary_queen_tails',
      help: 'Standing queries held for tails',
      registers,
    }),
    missed: new Counter({
      name: 'apiary_queen_tail_missed_total',
      help: 'Records that slow readers did not get; they were told the count',
      registers,
    }),
    refused: new Counter({
      name: 'apiary_queen_tls_refused_total',
      help: 'Connections turned away at the TLS port: in the clear, or the handshake failed',
      labelNames: ['how'],
      registers,
    }),
  };
}
