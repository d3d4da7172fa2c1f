import type { Clock } from '../../clock.ts';
import { SEGMENT_LEASE_MS, SEGMENT_SLOW_MS_MAX } from '../../limits/mongodb.ts';
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

  /** Renews a segment's lease each third of it until it is told to end, and at once where the last answer came later. */
  hold(segment: string): () => void {
    let isHeld = true;
    let cancel = () => {};
    const renewIn = (ms: number) => {
      cancel = this.#clock.after(ms, () => {
        const beganMs = this.#clock.now();
        // One that failed is made up for by the next; if none comes, the segment is adopted.
        void this.renew(segment)
          .catch(() => undefined)
          .then(() => {
            const tookMs = this.#clock.now() - beganMs;
            if (isHeld) renewIn(Math.max(0, SEGMENT_LEASE_MS / 3 - tookMs));
          });
      });
    };
    renewIn(SEGMENT_LEASE_MS / 3);
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
    return (await this.stateOf(segment)) === 'held';
  }

  /** `late` where its owner may live, and the store be too slow for it to renew the lease in time. */
  async stateOf(segment: string): Promise<'held' | 'late' | 'over'> {
    const lease = await this.#leases.get(segment);
    const lateMs = this.#clock.now() - Number(lease?.untilMs ?? 0);
    if (lateMs < 0) return 'held';
    return lateMs < SEGMENT_SLOW_MS_MAX ? 'late' : 'over';
  }
}
