/**
 * Adoption: what a honeycomb that is gone had committed and not sealed is searched and sealed by whoever
 * takes its segment over. Nothing is asked of the dead; the store fences them off.
 */
import type { ChunkStore, Segment, SegmentOwner } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { ADOPTION_INTERVAL_MS } from '@apiary/common/limits/mongodb.ts';
import type { Logger } from '@apiary/common/log.ts';
import { Holdings } from '../holdings/holdings.ts';
import type { Figures } from '../metrics.ts';
import { restore, Sealer } from '../sealing/sealer.ts';

/** What adoption works with. */
export interface AdoptionContext {
  readonly store: ChunkStore;
  readonly instance: string;
  readonly holdings: Holdings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly figures: Figures;
  readonly chunkRawBytes?: number | undefined;
  /** True if that honeycomb is certainly gone, however fresh its lease is. */
  readonly isGone: (instance: string) => Promise<boolean>;
  /** True if that honeycomb says that it has its segment, although its lease ran out. */
  readonly hasIt: (owner: SegmentOwner) => Promise<boolean>;
  /** Told once what a segment held can be searched here. */
  readonly onAdopted: () => void;
}

interface Guest {
  readonly segment: Segment;
  readonly holdings: Holdings;
  readonly sealer: Sealer;
  /** Another one has taken it over meanwhile. */
  isLost: boolean;
}

/** See the file's head. */
export class Adoption {
  readonly #context: AdoptionContext;
  readonly #guests = new Set<Guest>();
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(context: AdoptionContext) {
    this.#context = context;
  }

  /** Looks now, asking owners whether they live, and from then on at their leases. */
  async start(): Promise<void> {
    await this.#look((instance) => this.#context.isGone(instance));
    this.#lookLater();
  }

  /** What is not sealed yet is for the next one. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
    for (const guest of this.#guests) await this.#leave(guest);
  }

  /** Seals all that it holds of others. */
  async sealAll(): Promise<void> {
    await this.#looking;
    for (const guest of this.#guests) await this.#finish(guest);
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#context.clock.after(ADOPTION_INTERVAL_MS, () => {
      this.#looking = this.#look().then(() => this.#lookLater());
    });
  }

  async #look(isGone?: (instance: string) => Promise<boolean>): Promise<void> {
    const { store, log, hasIt } = this.#context;
    try {
      for (const orphan of await store.orphans({ isGone, hasIt })) {
        if (!this.#isStopped) await this.#adopt(orphan);
      }
      for (const guest of this.#guests) await this.#finish(guest);
    } catch (error) {
      const { code, message } = toAppError(error);
      log.warn({ code, error: message }, 'adoption-failed');
    }
  }

  async #adopt(orphan: SegmentOwner): Promise<void> {
    const { store, instance, holdings, log } = this.#context;
    const segment = await store.adopt(orphan, instance);
    if (!segment) return;
    const { chunkRawBytes } = this.#context;
    const own = new Holdings([], { chunkRawBytes, segment });
    const onLeaseLost = () => this.#lost(guest);
    const sealer = new Sealer({ ...this.#context, segment, holdings: own, onLeaseLost });
    const guest: Guest = { segment, holdings: own, sealer, isLost: false };
    this.#guests.add(guest);
    await restore(segment, own, sealer);
    // Not before all of it is here: who searches is told that the segment is missing until then.
    holdings.take(own);
    log.info({ segment: segment.id, from: orphan.instance, records: own.openRecords }, 'adopted');
    this.#context.onAdopted();
    await this.#finish(guest);
  }

  /** Seals what it holds; what cannot be sealed now is tried again at the next look. */
  async #finish(guest: Guest): Promise<void> {
    await guest.sealer.sealAll();
    if (guest.isLost || guest.holdings.openRecords === 0) await this.#leave(guest);
  }

  #lost(guest: Guest): void {
    guest.isLost = true;
    this.#context.figures.add('leasesLost');
    this.#context.log.warn({ segment: guest.segment.id }, 'lease-lost');
  }

  async #leave(guest: Guest): Promise<void> {
    this.#guests.delete(guest);
    await guest.sealer.stop();
    this.#context.holdings.release(guest.holdings);
    await guest.segment.close();
  }
}
