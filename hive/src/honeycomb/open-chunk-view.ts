/** What searches see of an open chunk. */
import type { Level } from '@apiary/common/record.ts';
import type { FoldedStretch } from './folded-slab.ts';
import type { OpenChunk } from './open-chunk.ts';
import type { Matches, RecordSource, RowSource, Selection } from './record-set.ts';
import { flaggedRows, matchesOf } from './row-counts.ts';
import { filterRows, type SlabRows } from './row-filter.ts';

/** How far an open chunk reaches at one moment. */
export interface Extent {
  readonly count: number;
  readonly version: number;
  readonly minTime: number;
  readonly maxTime: number;
}

/** An open chunk at one moment. */
export class OpenChunkView implements SlabRows, RecordSource {
  readonly count: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly #chunk: OpenChunk;
  readonly #version: number;

  constructor(chunk: OpenChunk, at: Extent) {
    this.#chunk = chunk;
    this.#version = at.version;
    this.count = at.count;
    this.minTime = at.minTime;
    this.maxTime = at.maxTime;
  }

  isVisible(row: number): boolean {
    return !this.#chunk.isHidden(row, this.#version);
  }

  time(row: number): number {
    return this.#chunk.time(row);
  }

  level(row: number): Level | undefined {
    return this.#chunk.level(row);
  }

  source(row: number): RowSource {
    return this.#chunk.source(row);
  }

  offset(row: number): number {
    return this.#chunk.offset(row);
  }

  sourceLength(row: number): number {
    return this.#chunk.sourceLength(row);
  }

  sequence(row: number): number {
    return this.#chunk.sequence(row);
  }

  observed(row: number): number {
    return this.#chunk.observed(row);
  }

  body(row: number): Uint8Array {
    return this.#chunk.body(row);
  }

  timestampLength(row: number): number {
    return this.#chunk.timestampLength(row);
  }

  isMapped(row: number): boolean {
    return this.#chunk.isMapped(row);
  }

  foldedStretches(): Iterable<FoldedStretch> {
    return this.#chunk.foldedStretches(this.count);
  }

  async select(selection: Selection): Promise<Matches> {
    const flags = await filterRows(this, selection);
    return matchesOf(this, flaggedRows(flags));
  }
}
