/** What has come and is not stored yet, for whoever asks why lines do not show. */
import type { AppendStep } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type { Metrics } from '@apiary/common/metrics.ts';
import { Gauge } from 'prom-client';

/** What ingest is at. */
export type CommitStep =
  | AppendStep
  | 'asking about senders'
  | 'waiting for lines before these'
  | 'appending'
  | 'handing on'
  | 'between commits';

/** See the file's head. */
export interface Uncommitted {
  readonly step: CommitStep;
  /** Messages, those that are being committed among them. */
  readonly messages: number;
  /** When the oldest of them came. */
  readonly sinceMs: number;
}

/** Shows it in the process's metrics, as it is when these are read. */
export function gaugeUncommitted(
  { registry }: Metrics,
  clock: Clock,
  now: () => Uncommitted | undefined,
): void {
  new Gauge({
    name: 'apiary_honeycomb_uncommitted_messages',
    help: 'Messages that have come and are not stored yet.',
    registers: [registry],
    collect() {
      this.set(now()?.messages ?? 0);
    },
  });
  new Gauge({
    name: 'apiary_honeycomb_uncommitted_age_seconds',
    help: 'How long the oldest of them has waited; 0 where there is none.',
    registers: [registry],
    collect() {
      const sinceMs = now()?.sinceMs;
      this.set(sinceMs === undefined ? 0 : (clock.now() - sinceMs) / 1_000);
    },
  });
}
