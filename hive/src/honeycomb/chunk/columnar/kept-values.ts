import { freeMemory } from '../free-memory.ts';
import { readable } from './sections.ts';

/** What was read of a chunk, by name. Each name is used for one type alone. */
export class KeptValues {
  /** Memory of what is kept. */
  memoryBytes = 0;
  readonly #kept = new Map<string, unknown>();
  readonly #loading = new Map<string, Promise<unknown>>();

  /** What is kept under a name. */
  atHand<T>(name: string): T | undefined {
    return this.#kept.get(name) as T | undefined;
  }

  /** The same, or what `load` gives with the memory that it takes. @throws AppError `store-corrupt` and those of `load` */
  async once<T>(name: string, load: () => Promise<[value: T, bytes: number]>): Promise<T> {
    const kept = this.atHand<T>(name);
    if (kept !== undefined) return kept;
    let loading = this.#loading.get(name) as Promise<T> | undefined;
    if (!loading) {
      loading = this.#load(name, load);
      this.#loading.set(name, loading);
    }
    return await loading;
  }

  /** Frees the memory of all of it: nobody looks at any. */
  free(): void {
    for (const value of this.#kept.values()) {
      if (isFreed(value)) {
        value.free();
        continue;
      }
      // What else is kept is an object each, with columns as its members, or a column.
      const parts: unknown[] = ArrayBuffer.isView(value) ? [value] : Object.values(value as object);
      for (const part of parts) if (ArrayBuffer.isView(part)) freeMemory(part);
    }
    this.#kept.clear();
    this.memoryBytes = 0;
  }

  async #load<T>(name: string, load: () => Promise<[value: T, bytes: number]>): Promise<T> {
    try {
      const [value, bytes] = await readable(name, load);
      this.#kept.set(name, value);
      this.memoryBytes += bytes;
      return value;
    } finally {
      this.#loading.delete(name);
    }
  }
}

/** What frees its memory itself. */
interface Freed {
  free(): void;
}

function isFreed(value: unknown): value is Freed {
  return typeof value === 'object' && value !== null && 'free' in value;
}
