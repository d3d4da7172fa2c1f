/** Tells of requests to MongoDB that were not answered in time: a line in the log, and a count. */
import { Counter } from 'prom-client';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { LateRequest } from './requests.ts';

const NAME = 'apiary_mongodb_late_total';

/** Told of each. */
export type OnLate = (late: LateRequest) => void;

/** See the file's head. One counter for all of a process. */
export function tellLate({
  log,
  metrics,
}: {
  readonly log: Logger;
  readonly metrics: Metrics;
}): OnLate {
  const counter = counterOf(metrics);
  return (late) => {
    log.warn(late, 'mongodb-late');
    counter.inc({ operation: late.operation });
  };
}

function counterOf({ registry }: Metrics): Counter {
  const known = registry.getSingleMetric(NAME);
  if (known instanceof Counter) return known;
  return new Counter({
    name: NAME,
    help: 'Requests to MongoDB that were not answered in time.',
    labelNames: ['operation'],
    registers: [registry],
  });
}
