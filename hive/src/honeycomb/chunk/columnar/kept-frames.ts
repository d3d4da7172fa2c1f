/**
 * Decoded frames of one chunk's columns: those for which there was room, which the next search comes by first; and of
 * the others those that were used last. The memory of one that goes is free at once where its bytes were only
 * looked at in passing. V8 frees it when it next collects, and a search through everything has let go of a hundred MB
 * by then.
 */
import { CHUNK_FRAMES_EXTRA_BYTES_MAX } from '@apiary/common/limits/search.ts';
import { freeMemory } from '../free-memory.ts';

/**
 * How a frame's bytes are used: `passing`, until the next thing that is awaited, after which they may be gone (and are
 * then empty); or `lent`, as long as somebody has them.
 */
export type FrameUse = 'passing' | 'lent';

/** A frame, in memory that is used for nothing else. */
export interface LoadedFrame {
  readonly bytes: Buffer;
  /** It is loaded again at little cost: room is for others. */
  readonly isNear?: boolean;
}

interface Kept {
  readonly bytes: Buffer;
  /** It may stay as long as the chunk does. */
  readonly hasRoom: boolean;
  isLent: boolean;
}

/** See the file's head. */
export class KeptFrames {
  /** Memory of what is kept. */
  memoryBytes = 0;
  readonly #load: (index: number) => Promise<LoadedFrame>;
  readonly #hasRoom: () => boolean;
  /** By index, the least recently used first. */
  readonly #kept = new Map<number, Kept>();
  readonly #loading = new Map<number, Promise<void>>();
  /** Memory of those that have no room. */
  #extraBytes = 0;
  #isReleased = false;

  /**
   * @param hasRoom false: what is loaded now counts among CHUNK_FRAMES_EXTRA_BYTES_MAX
   */
  constructor(load: (index: number) => Promise<LoadedFrame>, hasRoom: () => boolean) {
    this.#load = load;
    this.#hasRoom = hasRoom;
  }

  /** A frame that is kept. */
  atHand(index: number, use: FrameUse): Buffer | undefined {
    const kept = this.#kept.get(index);
    if (!kept) return undefined;
    this.#kept.delete(index);
    this.#kept.set(index, kept);
    if (use === 'lent') kept.isLent = true;
    return kept.bytes;
  }

  /** A frame, from the store where it is not kept. In passing it may be gone already: see it has bytes. */
  async get(index: number, use: FrameUse): Promise<Buffer> {
    for (;;) {
      const atHand = this.atHand(index, use);
      if (atHand) return atHand;
      await this.#loaded(index);
    }
  }

  /** Calls `look` with a frame, which is there until it returns. */
  async see(index: number, look: (bytes: Buffer) => void): Promise<void> {
    for (;;) {
      const atHand = this.atHand(index, 'passing');
      if (atHand) return look(atHand);
      await this.#loaded(index);
    }
  }

  /** Lets go of all of them. Whoever still asks gets them anew, and few are kept. `unused`: those that are lent are free, too. */
  release(how: 'in-use' | 'unused'): void {
    this.#isReleased = true;
    for (const index of this.#kept.keys()) this.#drop(index, how === 'unused');
  }

  async #loaded(index: number): Promise<void> {
    let loading = this.#loading.get(index);
    if (!loading) {
      loading = this.#take(index);
      this.#loading.set(index, loading);
    }
    await loading;
  }

  async #take(index: number): Promise<void> {
    try {
      const { bytes, isNear } = await this.#load(index);
      const hasRoom = !isNear && !this.#isReleased && this.#hasRoom();
      this.#kept.set(index, { bytes, hasRoom, isLent: false });
      this.memoryBytes += bytes.length;
      if (!hasRoom) this.#trim(bytes.length);
    } finally {
      this.#loading.delete(index);
    }
  }

  /** Makes place for the last one, which stays whatever its size. */
  #trim(bytes: number): void {
    this.#extraBytes += bytes;
    for (const [index, { hasRoom }] of this.#kept) {
      if (this.#extraBytes <= Math.max(CHUNK_FRAMES_EXTRA_BYTES_MAX, bytes)) return;
      if (!hasRoom) this.#drop(index);
    }
  }

  #drop(index: number, isUnused = false): void {
    const kept = this.#kept.get(index);
    if (!kept) return;
    this.#kept.delete(index);
    this.memoryBytes -= kept.bytes.length;
    if (!kept.hasRoom) this.#extraBytes -= kept.bytes.length;
    if (isUnused || !kept.isLent) freeMemory(kept.bytes);
  }
}
