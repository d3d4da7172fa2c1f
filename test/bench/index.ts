import { alertsBench } from './alerts.ts';
import { beeBench } from './bee.ts';
import type { Bench } from './bench.ts';
import { brokerBench } from './broker.ts';
import { fleetBench } from './fleet.ts';
import { growthBench } from './growth.ts';
import { honeycombBench } from './honeycomb.ts';
import { idleBench } from './idle.ts';
import { liveBench } from './live.ts';
import { patternsBench } from './patterns.ts';
import { scaleBench } from './scale.ts';
import { uiBench } from './ui.ts';

/** Every benchmark by name. */
export const BENCHES: readonly Bench[] = [
  alertsBench,
  beeBench,
  brokerBench,
  fleetBench,
  growthBench,
  honeycombBench,
  liveBench,
  idleBench,
  patternsBench,
  scaleBench,
  uiBench,
];
