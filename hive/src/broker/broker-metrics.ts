/** The broker's figures for Prometheus, read when they are asked for. */
import type { Metrics } from '@apiary/common/metrics.ts';
import { Gauge } from 'prom-client';
import type { BrokerStats } from './broker.ts';

const FIGURES: readonly (readonly [string, string, (stats: BrokerStats) => number])[] = [
  ['connections', 'Open connections.', ({ connections }) => connections],
  ['memory_bytes', 'Memory for messages.', ({ memoryBytes }) => memoryBytes],
  ['log_bytes', 'Size of the message log.', ({ log }) => log.bytes],
  ['blocked', '1 while publishers are blocked.', ({ alarm }) => (alarm === undefined ? 0 : 1)],
];

/** Registers them all. */
export function registerBrokerMetrics({ registry }: Metrics, stats: () => BrokerStats): void {
  const registers = [registry];
  for (const [name, help, read] of FIGURES) {
    new Gauge({
      name: `apiary_broker_${name}`,
      help,
      registers,
      collect() {
        this.set(read(stats()));
      },
    });
  }
  new Gauge({
    name: 'apiary_broker_queue_messages',
    help: 'Messages of a durable queue, by whether they wait for a consumer or for its word.',
    labelNames: ['queue', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { name, durable, ready, unacked } of stats().queues) {
        if (!durable) continue;
        this.set({ queue: name, state: 'ready' }, ready);
        this.set({ queue: name, state: 'unacked' }, unacked);
      }
    },
  });
  new Gauge({
    name: 'apiary_broker_events_total',
    help: 'What the broker counted since it was started, by kind.',
    labelNames: ['event'],
    registers,
    collect() {
      for (const [event, count] of Object.entries(stats().counters)) this.set({ event }, count);
    },
  });
}
