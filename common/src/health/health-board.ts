import type { Vitals } from '../messages/vitals.ts';

/** Where the components of one process write what its vitals tell beside memory and queues. */
export class HealthBoard {
  #ingest: (() => Vitals['ingest']) | undefined;

  /** Honeycomb says where its ingest is asked after. */
  askIngest(ingest: () => Vitals['ingest']): void {
    this.#ingest = ingest;
  }

  /** Ingest as it is now; undefined where no honeycomb runs here. */
  ingest(): Vitals['ingest'] {
    return this.#ingest?.();
  }
}
