/**
 * What the catalogue's log amounts to: which chunks exist, who owns which segment, and which of a segment's
 * blocks are in chunks. Pure: everybody who reads the same rows knows the same.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { SEQUENCES_PER_OWNER } from '../../limits/mongodb.ts';
import { entrySchema } from '../chunk-entry.ts';
import type { ChunkEntry, Partition } from '../chunks.ts';
import { partitionKey } from '../partition.ts';
import { mergeRanges } from '../ranges.ts';

/** Sequences `from` (inclusive) to `to` (exclusive). */
const rangesSchema = z.array(z.object({ from: z.number(), to: z.number() }));

const segmentSchema = z.object({
  id: z.string(),
  owner: z.string(),
  epoch: z.number(),
  /** Its owner numbers on behind this, or behind the last number that was given out. */
  base: z.number(),
  /** `free`: nobody owns it; `empty`: and it holds nothing. */
  state: z.enum(['open', 'free', 'empty']),
  /** Frames before this one are gone. */
  firstFrame: z.number(),
  /** Sequences of blocks that are in chunks. */
  taken: rangesSchema,
  /** What is left of blocks among them: sequence → the frame that holds it. */
  kept: z.array(z.object({ sequence: z.number(), frame: z.number() })),
});

/** A segment as the catalogue knows it. */
export type SegmentState = z.output<typeof segmentSchema>;

const partitionSchema = z.object({ day: z.string(), retentionClass: z.string() });
const added = z.array(entrySchema);
const ofSegment = { segment: z.string(), epoch: z.number() };

const changeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    segment: z.string(),
    owner: z.string(),
    base: z.number(),
  }),
  z.object({ kind: z.literal('free'), ...ofSegment, isEmpty: z.boolean() }),
  z.object({
    kind: z.literal('seal'),
    ...ofSegment,
    added,
    taken: rangesSchema,
    kept: segmentSchema.shape.kept,
    firstFrame: z.number(),
  }),
  z.object({ kind: z.literal('replace'), removed: z.array(z.string()), added }),
  z.object({ kind: z.literal('drop'), partition: partitionSchema }),
  /** The sections of replaced chunks are gone. */
  z.object({ kind: z.literal('wiped'), chunks: z.array(z.string()) }),
  /** Who lets go of chunks and merges them from now on. */
  z.object({ kind: z.literal('upkeep'), owner: z.string() }),
]);

/** One row of the catalogue's log. */
export type CatalogueChange = z.output<typeof changeSchema>;

const upkeepSchema = z.object({ owner: z.string(), epoch: z.number() });

const replacedSchema = z.object({
  entry: entrySchema,
  /** The number of the row that made it. */
  version: z.number(),
  /** The number of the row that put others in its place. */
  until: z.number(),
});

/** A chunk that others are in the place of; its sections can be read until they are wiped. */
export type ReplacedChunk = z.output<typeof replacedSchema>;

const stateSchema = z.object({
  version: z.number(),
  chunks: z.array(z.object({ version: z.number(), entry: entrySchema })),
  segments: z.array(segmentSchema),
  dropped: z.array(z.tuple([z.string(), z.number()])),
  upkeep: upkeepSchema.optional(),
  replaced: z.array(replacedSchema).default([]),
  forgotten: z.number().default(0),
});

/** Changes that leave chunks as they are. */
const OF_OTHERS: ReadonlySet<CatalogueChange['kind']> = new Set([
  ...(['open', 'free', 'upkeep', 'wiped'] as const),
]);

/** See the file's head. */
export class CatalogueState {
  /** The number of the last row that is in it. */
  number = 0;
  /** The number of the last row that changed which chunks there are. */
  version = 0;
  readonly chunks = new Map<string, ChunkEntry>();
  /** Chunk → the number of the row that made it. */
  readonly versions = new Map<string, number>();
  readonly segments = new Map<string, SegmentState>();
  /** Keys of partitions that were dropped → the number of the last row that did. */
  readonly dropped = new Map<string, number>();
  /** Who has the upkeep, or had it last. */
  upkeep: z.output<typeof upkeepSchema> | undefined;
  /** By id. Whoever looks at a version in which it was there can read it, until it is wiped. */
  readonly replaced = new Map<string, ReplacedChunk>();
  /** What was before this version cannot be told any more: chunks that were replaced since are wiped. */
  forgotten = 0;

  /** Segments that somebody owns. */
  get openSegments(): number {
    let open = 0;
    for (const { state } of this.segments.values()) if (state === 'open') open++;
    return open;
  }

  /** Takes in the next row. */
  apply(number: number, change: CatalogueChange): void {
    this.number = number;
    if (!OF_OTHERS.has(change.kind)) this.version = number;
    switch (change.kind) {
      case 'open': {
        const before = this.segments.get(change.segment);
        const fresh = { id: change.segment, firstFrame: 1, taken: [], kept: [] };
        const { owner, base } = change;
        const opened = { owner, base, epoch: number, state: 'open' as const };
        this.segments.set(change.segment, { ...fresh, ...before, ...opened });
        break;
      }
      case 'free':
        this.#changeSegment(change.segment, { state: change.isEmpty ? 'empty' : 'free' });
        break;
      case 'seal':
        this.#seal(change);
        break;
      case 'replace':
        for (const id of change.removed) this.#replaced(id);
        this.#add(change.added);
        break;
      case 'drop':
        this.#drop(change.partition);
        break;
      case 'wiped':
        for (const id of change.chunks) this.#wiped(id);
        break;
      case 'upkeep':
        this.upkeep = { owner: change.owner, epoch: number };
        break;
    }
  }

  /** Throws away everything and takes in a whole state. */
  reset(number: number, encoded: Uint8Array | undefined): void {
    this.chunks.clear();
    this.versions.clear();
    this.segments.clear();
    this.dropped.clear();
    this.replaced.clear();
    this.upkeep = undefined;
    this.number = number;
    this.version = 0;
    this.forgotten = 0;
    if (!encoded) return;
    const state = stateSchema.parse(JSON.parse(zstdDecompressSync(encoded).toString()));
    this.version = state.version;
    for (const { version, entry } of state.chunks) this.#add([entry], version);
    for (const segment of state.segments) this.segments.set(segment.id, segment);
    for (const [key, at] of state.dropped) this.dropped.set(key, at);
    this.upkeep = state.upkeep;
    for (const each of state.replaced) this.replaced.set(each.entry.id, each);
    this.forgotten = state.forgotten;
  }

  /**
   * Where a segment is to number on for an owner that begins with it: behind everything that was given out
   * before in any segment, so that what is committed later has a greater number.
   */
  baseFor(segment: string): number {
    const bases = [...this.segments.values()].map(({ base }) => base);
    if (bases.length === 0) return 0;
    const highest = Math.max(...bases);
    const own = this.segments.get(segment)?.base;
    return own === highest ? own : highest + SEQUENCES_PER_OWNER;
  }

  /** All of it, compressed. */
  encode(): Buffer {
    const state: z.input<typeof stateSchema> = {
      version: this.version,
      chunks: [...this.chunks.values()].map((entry) => {
        return { version: this.versions.get(entry.id) ?? 0, entry };
      }),
      segments: [...this.segments.values()],
      dropped: [...this.dropped],
      ...(this.upkeep && { upkeep: this.upkeep }),
      replaced: [...this.replaced.values()],
      forgotten: this.forgotten,
    };
    return zstdCompressSync(JSON.stringify(state));
  }

  /** The segment, if it is still owned in that epoch. @throws AppError `lease-lost` */
  owned(segment: string, epoch: number): SegmentState {
    const state = this.segments.get(segment);
    if (state?.epoch === epoch && state.state === 'open') return state;
    throw new AppError('lease-lost', `Segment ${segment} was taken over by another process.`);
  }

  /** False for whoever no longer has the upkeep. */
  hasUpkeep(epoch: number): boolean {
    return this.upkeep?.epoch === epoch;
  }

  /** Where a partition's chunks lie: another place after each time that it was dropped, and first 0. */
  roomOf(partition: Partition): number {
    return this.dropped.get(partitionKey(partition)) ?? 0;
  }

  /** Chunks of a partition. */
  chunksOf(partition: Partition): ChunkEntry[] {
    const key = partitionKey(partition);
    return [...this.chunks.values()].filter((entry) => partitionKey(entry.partition) === key);
  }

  #seal(change: Extract<CatalogueChange, { kind: 'seal' }>): void {
    this.#add(change.added);
    const segment = this.segments.get(change.segment);
    if (!segment) return;
    const isTaken = (sequence: number) =>
      change.taken.some(({ from, to }) => sequence >= from && sequence < to);
    this.#changeSegment(change.segment, {
      firstFrame: change.firstFrame,
      taken: mergeRanges(segment.taken, change.taken),
      kept: [...segment.kept.filter(({ sequence }) => !isTaken(sequence)), ...change.kept],
    });
  }

  #drop(partition: Partition): void {
    for (const { id } of this.chunksOf(partition)) this.#remove(id);
    const key = partitionKey(partition);
    // Their sections go with the partition's.
    for (const [id, { entry }] of this.replaced) {
      if (partitionKey(entry.partition) === key) this.#wiped(id);
    }
    this.dropped.set(key, this.number);
  }

  #add(entries: readonly ChunkEntry[], version = this.number): void {
    for (const entry of entries) {
      this.chunks.set(entry.id, entry);
      this.versions.set(entry.id, version);
    }
  }

  #replaced(id: string): void {
    const entry = this.chunks.get(id);
    const version = this.versions.get(id);
    this.#remove(id);
    if (!entry || version === undefined) return;
    this.replaced.set(id, { entry, version, until: this.number });
  }

  #wiped(id: string): void {
    this.forgotten = Math.max(this.forgotten, this.replaced.get(id)?.until ?? 0);
    this.replaced.delete(id);
  }

  #remove(id: string): void {
    this.chunks.delete(id);
    this.versions.delete(id);
  }

  #changeSegment(id: string, change: Partial<SegmentState>): void {
    const before = this.segments.get(id);
    if (before) this.segments.set(id, { ...before, ...change });
  }
}

/** A row's change. @throws AppError `store-corrupt` */
export function readChange(text: unknown): CatalogueChange {
  try {
    return changeSchema.parse(JSON.parse(String(text)));
  } catch (error) {
    throw new AppError('store-corrupt', 'A row of the catalogue has not the documented shape.', {
      cause: error,
    });
  }
}
