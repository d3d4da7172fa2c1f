/** A Bee's figures for Prometheus, read when they are asked for. */
import type { AmqpBus } from '@apiary/common/bus/amqp-bus.ts';
import type { Metrics } from '@apiary/common/metrics.ts';
import { Gauge } from 'prom-client';
import type { Bee } from './bee.ts';

/** Registers them all. */
export function registerBeeMetrics({ registry }: Metrics, bee: Bee, bus: AmqpBus): void {
  const { totals } = bee.ledger;
  const figures: readonly (readonly [string, string, () => number])[] = [
    ['lines_read_total', 'Lines read since the start.', () => totals.linesRead],
    ['bytes_read_total', 'Bytes read since the start.', () => totals.bytesRead],
    ['bytes_confirmed_total', 'Bytes that the broker has.', () => totals.bytesConfirmed],
    ['bytes_lost_total', 'Bytes that went before they were read.', () => totals.bytesLost],
    [
      'generations_abandoned_total',
      'Generations whose files went before they were known to be read to their ends.',
      () => totals.generationsAbandoned,
    ],
    [
      'searches_given_up_total',
      'Searches for the copy of a truncated file that ended because its folder did not stand still.',
      () => totals.searchesGivenUp,
    ],
    ['files', 'Generations that are being read.', () => bee.ledger.entries().length],
    ['connected', '1 while the broker is there.', () => (bus.state === 'connected' ? 1 : 0)],
    ['unconfirmed', 'Messages that wait for their confirm.', () => bus.stats().unconfirmed],
  ];
  for (const [name, help, read] of figures) {
    new Gauge({
      name: `apiary_bee_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}
