import { collectDefaultMetrics, Registry } from 'prom-client';

/** A process's Prometheus registry; `text()` is what `/metrics` answers. */
export class Metrics {
  readonly registry = new Registry();

  /** Adds Node's own figures (memory, CPU, event loop). */
  addProcessFigures(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The Prometheus text exposition of all metrics. */
  async text(): Promise<string> {
    return await this.registry.metrics();
  }
}
