/** Tells every few seconds how this process is: an event for Queen's screens, gauges for `/metrics`. */
import { Gauge } from 'prom-client';
import type { Bus } from '../bus/bus.ts';
import { QUEUE } from '../bus/topology.ts';
import type { Clock } from '../clock.ts';
import { VITALS_INTERVAL_MS } from '../limits/health.ts';
import type { EventBody } from '../messages/events.ts';
import type { Vitals } from '../messages/vitals.ts';
import type { Metrics } from '../metrics.ts';
import { VERSION } from '../version.ts';
import type { DiskSpace } from './disk-space.ts';
import type { HealthBoard } from './health-board.ts';

/** Component → the queues that it consumes or looks after. */
const QUEUES_OF: Readonly<Record<string, readonly string[]>> = {
  honeycomb: [QUEUE.blocks],
  agentmanager: [QUEUE.agentManager, QUEUE.dead, QUEUE.quarantine],
  agentmonitor: [QUEUE.agentMonitor],
  sting: [QUEUE.deliveries],
};

/** What a teller works with. */
export interface VitalsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly instance: string;
  readonly components: readonly string[];
  readonly board: HealthBoard;
  /** The disk of the data, where this process keeps any. */
  readonly disk?: DiskSpace | undefined;
  /** Memory and CPU so far; default: this process's. */
  readonly usage?: () => { readonly residentBytes: number; readonly cpuMs: number };
}

/** See the file's head. */
export class VitalsTeller {
  readonly #parts: VitalsParts;
  readonly #startedMs: number;
  readonly #gauges: ReturnType<typeof makeGauges>;
  #cancel: (() => void) | undefined;
  #stopped = false;
  #before: { readonly atMs: number; readonly cpuMs: number };

  constructor(parts: VitalsParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.now();
    this.#before = { atMs: this.#startedMs, cpuMs: usageOf(parts).cpuMs };
    this.#gauges = makeGauges(parts.metrics);
  }

  /** Tells at once, and then every VITALS_INTERVAL_MS. */
  async start(): Promise<void> {
    await this.#tell();
  }

  /** Says nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #tell(): Promise<void> {
    const { bus, clock } = this.#parts;
    if (bus.state === 'connected') {
      const body: EventBody<'process.vitals'> = await this.#read();
      this.#measure(body);
      bus.events.emit('process.vitals', body);
    }
    if (!this.#stopped) this.#cancel = clock.after(VITALS_INTERVAL_MS, () => void this.#tell());
  }

  async #read(): Promise<Vitals> {
    const { clock, instance, components, board, disk } = this.#parts;
    const atMs = clock.now();
    const { residentBytes, cpuMs } = usageOf(this.#parts);
    const elapsedMs = Math.max(1, atMs - this.#before.atMs);
    const cpuShare = Math.max(0, (cpuMs - this.#before.cpuMs) / elapsedMs);
    this.#before = { atMs, cpuMs };
    const figures = disk?.figures();
    const ingest = board.ingest();
    return {
      ...{ instance, components: [...components], version: VERSION, startedMs: this.#startedMs },
      ...{ atMs, residentBytes, cpuShare, queues: await this.#queues() },
      ...(figures && { disk: figures }),
      ...(ingest && { ingest }),
    };
  }

  /** Empty while the broker does not answer: how it is shows in the bus's own state. */
  async #queues(): Promise<Vitals['queues']> {
    const { bus, components } = this.#parts;
    const names = components.flatMap((component) => QUEUES_OF[component] ?? []);
    if (names.length === 0) return [];
    const depths = await bus.depths(names).catch(() => new Map<string, number>());
    return [...depths].map(([name, waiting]) => ({ name, waiting }));
  }

  #measure({ queues, disk, ingest }: Vitals): void {
    const { waiting, diskFree, lag, stopped } = this.#gauges;
    for (const queue of queues) waiting.set({ queue: queue.name }, queue.waiting);
    if (disk) diskFree.set(disk.freeBytes);
    if (!ingest) return;
    lag.set((ingest.lagMs ?? 0) / 1000);
    stopped.set(ingest.stopped ? 1 : 0);
  }
}

function usageOf({ usage }: VitalsParts): { residentBytes: number; cpuMs: number } {
  if (usage) return { ...usage() };
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}

function makeGauges({ registry }: Metrics) {
  const registers = [registry];
  return {
    waiting: new Gauge({
      name: 'apiary_queue_waiting',
      help: 'Messages that wait in a queue of this process.',
      labelNames: ['queue'],
      registers,
    }),
    diskFree: new Gauge({
      name: 'apiary_disk_free_bytes',
      help: 'What may still be written to the disk of the data folder.',
      registers,
    }),
    lag: new Gauge({
      name: 'apiary_ingest_lag_seconds',
      help: 'Slowest line of the last seconds, from being read to being stored; 0 at rest.',
      registers,
    }),
    stopped: new Gauge({
      name: 'apiary_ingest_stopped',
      help: '1 while nothing is taken in because the store does not take writes.',
      registers,
    }),
  };
}
