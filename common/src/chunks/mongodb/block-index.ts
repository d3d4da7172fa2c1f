/** Where a segment's blocks are that no chunk has taken: which slots of which frames, by sequence. */

/** A slot of a frame, or the frame's slots of one sequence that was kept. */
export interface Place {
  readonly frame: number;
  readonly slot: number;
  /** Generations whose runs in it do not exist. */
  readonly lost: ReadonlySet<string>;
  readonly partition: string;
  readonly bytes: number;
}

/** See the file's head. */
export class BlockIndex {
  readonly #places = new Map<number, Place[]>();
  #bytes = 0;

  /** Bytes of the bodies that it knows. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  add(sequence: number, place: Place): void {
    const places = this.#places.get(sequence);
    if (places) places.push(place);
    else this.#places.set(sequence, [place]);
    this.#bytes += place.bytes;
  }

  get(sequence: number): readonly Place[] {
    return this.#places.get(sequence) ?? [];
  }

  take(sequences: Iterable<number>): void {
    for (const sequence of sequences) {
      for (const { bytes } of this.get(sequence)) this.#bytes -= bytes;
      this.#places.delete(sequence);
    }
  }

  /** Sequences of a partition's blocks. */
  sequencesOf(partition: string): number[] {
    return [...this.#places]
      .filter(([, places]) => places.some((place) => place.partition === partition))
      .map(([sequence]) => sequence);
  }

  /** Sequences within a range, ascending. */
  within(first: number, last: number): number[] {
    return [...this.#places.keys()]
      .filter((sequence) => sequence >= first && sequence <= last)
      .sort((a, b) => a - b);
  }

  /** The first frame that is needed, or `next`; `taken` are no longer. */
  firstFrame(next: number, taken: ReadonlySet<number> = new Set()): number {
    let first = next;
    for (const [sequence, places] of this.#places) {
      if (taken.has(sequence)) continue;
      for (const { frame } of places) first = Math.min(first, frame);
    }
    return first;
  }
}
