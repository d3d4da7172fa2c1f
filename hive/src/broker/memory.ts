import { BROKER_MESSAGE_OVERHEAD_BYTES } from '@apiary/common/limits/broker.ts';

/** Past this share of the bound, contents that the log has are no longer kept in memory. */
const SPILL_SHARE = 0.125;
/** Publishers go on when use has fallen to this share of the bound. */
const RESUME_SHARE = 0.8;

/** Counts what messages take in memory, and tells when publishers must stop. */
export class MemoryGauge {
  readonly #bytesMax: number;
  readonly #onChange: () => void;
  #contentBytes = 0;
  #messages = 0;
  #full = false;

  /** @param onChange called when {@link isFull} changes. */
  constructor(bytesMax: number, onChange: () => void) {
    this.#bytesMax = bytesMax;
    this.#onChange = onChange;
  }

  /** Contents in memory and the cost of all messages. */
  get usedBytes(): number {
    return this.#contentBytes + this.#messages * BROKER_MESSAGE_OVERHEAD_BYTES;
  }

  get contentBytes(): number {
    return this.#contentBytes;
  }

  /** True while publishers are to be blocked. */
  get isFull(): boolean {
    return this.#full;
  }

  /** True if contents should leave memory where they can. */
  get shouldSpill(): boolean {
    return this.#contentBytes > this.#bytesMax * SPILL_SHARE;
  }

  addContent(bytes: number): void {
    this.#contentBytes += bytes;
    this.#update();
  }

  addMessages(count: number): void {
    this.#messages += count;
    this.#update();
  }

  #update(): void {
    const used = this.usedBytes;
    const full = used > this.#bytesMax * (this.#full ? RESUME_SHARE : 1);
    if (full === this.#full) return;
    this.#full = full;
    this.#onChange();
  }
}
