import type { Metrics } from '@apiary/common/metrics.ts';
import { Counter, Gauge } from 'prom-client';

/** Figures of pheromone for `/metrics`. */
export class Figures {
  readonly rules: Gauge;
  readonly records: Counter;
  readonly gaps: Counter;
  readonly told: Counter<'kind'>;
  readonly lost: Counter;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    this.rules = new Gauge({
      name: 'apiary_pheromone_rules',
      help: 'Rules that this instance judges.',
      registers,
    });
    this.records = new Counter({
      name: 'apiary_pheromone_matches_total',
      help: 'Matches that were judged.',
      registers,
    });
    this.gaps = new Counter({
      name: 'apiary_pheromone_gaps_total',
      help: 'Stretches of the log that live results had left out and that were fetched.',
      registers,
    });
    this.told = new Counter({
      name: 'apiary_pheromone_messages_total',
      help: 'Messages handed to sting.',
      labelNames: ['kind'],
      registers,
    });
    this.lost = new Counter({
      name: 'apiary_pheromone_leases_lost_total',
      help: 'Rules that another instance took over while this one judged them.',
      registers,
    });
  }
}
