import { SEAL_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';

/** Room beyond what is asked for, so that the next one, which is hardly larger, fits too. */
const ROOM = 1.125;

/** Gives memory of so many bytes at least; what was there before may show in it. */
export type MemoryOf = (bytes: number) => ArrayBuffer;

/** New memory for each. */
export const newMemory: MemoryOf = (bytes) => new ArrayBuffer(bytes);

/**
 * One large piece of memory that is used again and again. Measured on 300 MB: with what a batch comes in and what is
 * decoded to be compared, ingest has 326 to 354 MB resident at most, 349 to 434 where each chunk's are new, and the
 * thread that seals collects its whole heap 19 times, not 26.
 */
export class SpareMemory {
  #spare: ArrayBuffer | undefined;

  /** See {@link MemoryOf}; whoever takes it has it alone. */
  take(bytes: number): ArrayBuffer {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare && spare.byteLength >= bytes ? spare : new ArrayBuffer(Math.ceil(bytes * ROOM));
  }

  /** Nobody reads it any more. Kept up to SEAL_MEMORY_KEPT_BYTES. */
  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength <= SEAL_MEMORY_KEPT_BYTES) this.#spare = memory;
  }

  clear(): void {
    this.#spare = undefined;
  }
}
