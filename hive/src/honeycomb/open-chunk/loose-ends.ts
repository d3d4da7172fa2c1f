/** Rows of an open chunk that are not whole records yet, by the position in their stream where the other part belongs. */

/** See the file's head. */
export class LooseEnds {
  /** Rows whose end is not known, by the position where they would continue. */
  readonly #tails = new Map<string, number>();
  /** Rows that continue a record whose beginning is not here, by their position. */
  readonly #heads = new Map<string, number>();
  /** Unfinished rows that came from the previous open chunk and did not grow since. */
  readonly #stale = new Set<number>();

  /** The row that would continue at `offset`. */
  tail(generation: string, offset: number): number | undefined {
    return this.#tails.get(positionKey(generation, offset));
  }

  /** The row that begins at `offset` in mid-record. */
  head(generation: string, offset: number): number | undefined {
    return this.#heads.get(positionKey(generation, offset));
  }

  /** A row would continue at `offset`. */
  addTail(generation: string, offset: number, row: number): void {
    this.#tails.set(positionKey(generation, offset), row);
  }

  /** A row begins at `offset` in mid-record. */
  addHead(generation: string, offset: number, row: number): void {
    this.#heads.set(positionKey(generation, offset), row);
  }

  /** What would continue at `offset` did. */
  joinTail(generation: string, offset: number): void {
    this.#tails.delete(positionKey(generation, offset));
  }

  /** What began at `offset` in mid-record is part of another row now. */
  joinHead(generation: string, offset: number): void {
    this.#heads.delete(positionKey(generation, offset));
  }

  /** A row came as it is from the previous open chunk. */
  setStale(row: number): void {
    this.#stale.add(row);
  }

  /** A row grew. */
  setGrown(row: number): void {
    this.#stale.delete(row);
  }

  /** Rows whose end is not known yet, and that grew since they were carried over. */
  unfinished(): number[] {
    return [...this.#tails.values()].filter((row) => !this.#stale.has(row));
  }
}

function positionKey(generation: string, offset: number): string {
  return `${generation}:${offset}`;
}
