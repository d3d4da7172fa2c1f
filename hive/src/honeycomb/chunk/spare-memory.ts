import { SEAL_MEMORY_KEPT_BYTES } from '@apiary/common/limits/store.ts';

/** Room beyond what is asked for, so that the next one, which is hardly larger, fits too. */
const ROOM = 1.125;

/** Gives memory of so many bytes at least; what was there before may show in it. */
export type MemoryOf = (bytes: number) => ArrayBufferLike;

/** New memory for each. */
export const newMemory: MemoryOf = (bytes) => new ArrayBuffer(bytes);

/**
 * One large piece of memory that is used again and again, by two threads in turn. It is shared, which V8 does not count:
 * where it is counted, as it comes and goes, V8 collects the heaps of both for it. What is not kept must be counted.
 */
export class SpareMemory {
  #spare: SharedArrayBuffer | undefined;

  /** See {@link MemoryOf}; whoever takes it has it alone. */
  take(bytes: number): ArrayBufferLike {
    if (bytes > SEAL_MEMORY_KEPT_BYTES) return new ArrayBuffer(bytes);
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare && spare.byteLength >= bytes) return spare;
    return new SharedArrayBuffer(Math.min(Math.ceil(bytes * ROOM), SEAL_MEMORY_KEPT_BYTES));
  }

  /** Nobody reads it any more. Kept up to SEAL_MEMORY_KEPT_BYTES. */
  giveBack(memory: ArrayBufferLike): void {
    if (memory instanceof SharedArrayBuffer) this.#spare = memory;
  }

  clear(): void {
    this.#spare = undefined;
  }
}
