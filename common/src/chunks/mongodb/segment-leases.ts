import type { Clock } from '../../clock.ts';
import { SEGMENT_LEASE_MS } from '../../limits/mongodb.ts';
import type { Table } from '../../mongodb/database.ts';

/**
 * Who is alive, as rows that owners renew. A lease only says when to try to take a segment over; that
 * nobody writes to one that was taken over is seen to elsewhere, whatever clocks say.
 */
export class SegmentLeases {
  readonly #leases: Table;
  readonly #clock: Clock;

  constructor(leases: Table, clock: Clock) {
    this.#leases = leases;
    this.#clock = clock;
  }

  /** Renews a segment's lease once. */
  async renew(segment: string): Promise<void> {
    const untilMs = this.#clock.now() + SEGMENT_LEASE_MS;
    await this.#leases.put({ _id: segment, version: 1, untilMs });
  }

  /** Renews a segment's lease until it is told to end. */
  hold(segment: string): () => void {
    let isHeld = true;
    let cancel = () => {};
    const renewLater = () => {
      cancel = this.#clock.after(SEGMENT_LEASE_MS / 3, () => {
        // One that failed is made up for by the next; if none comes, the segment is adopted.
        void this.renew(segment)
          .catch(() => undefined)
          .then(() => isHeld && renewLater());
      });
    };
    renewLater();
    return () => {
      isHeld = false;
      cancel();
    };
  }

  /** Takes a lease out: whoever looks need not wait until it has run out. */
  async end(segment: string): Promise<void> {
    await this.#leases.delete(segment);
  }

  /** True while its owner renews it. */
  async isHeld(segment: string): Promise<boolean> {
    const lease = await this.#leases.get(segment);
    return Number(lease?.untilMs ?? 0) > this.#clock.now();
  }
}
