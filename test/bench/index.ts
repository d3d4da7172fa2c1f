import { alertsBench } from './alerts.ts';
import type { Bench } from './bench.ts';
import { brokerBench } from './broker.ts';
import { honeycombBench } from './honeycomb.ts';
import { idleBench } from './idle.ts';
import { liveBench } from './live.ts';

/** Every benchmark by name. */
export const BENCHES: readonly Bench[] = [
  alertsBench,
  brokerBench,
  honeycombBench,
  liveBench,
  idleBench,
];
