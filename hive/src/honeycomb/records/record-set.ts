/**
 * Records as search and standing queries see them, wherever they are: in an open chunk or in a sealed
 * one. Rows are numbered from 0 in no particular order of time.
 */
import type { Query } from '@apiary/common/query/ast.ts';
import type { Matcher, MatcherOptions } from '@apiary/common/query/matcher.ts';
import type { Level } from '@apiary/common/record.ts';

/** What rows of one stream have in common. */
export interface RowSource {
  readonly agent: string;
  readonly host: string;
  readonly target: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly generation: string;
  /** Never judged by standing queries. */
  readonly history: boolean;
}

/** When rows happened. */
export interface RowTimes {
  time(row: number): number;
}

/** Consecutive rows, and between which times they are: where those are not wanted, nothing else is to be read. */
export interface TimedRun {
  /** Inclusive. Bounds may be wider than the rows' own times. */
  readonly least: number;
  readonly most: number;
  /** Those that match, ascending. */
  rows(): Uint32Array;
  times(): RowTimes;
}

/** What is known of rows without their bodies. */
export interface RowColumns extends RowTimes {
  level(row: number): Level | undefined;
  source(row: number): RowSource;
}

/** Where rows are in their generations. */
export interface RowPlaces {
  /** Byte offset within the generation. */
  offset(row: number): number;
  /** Bytes of the source that the record takes. */
  sourceLength(row: number): number;
}

/** The columns of records. Rows past `count` do not exist yet. */
export interface RecordSet extends RowColumns, RowPlaces {
  readonly count: number;
  /** False for a row that became part of another one. */
  isVisible(row: number): boolean;
  /** The last ingest sequence that contributed to the record. */
  sequence(row: number): number;
  observed(row: number): number;
  /** The body's bytes without the line end. */
  body(row: number): Uint8Array;
  /** Characters of the body that are its recognised time stamp. */
  timestampLength(row: number): number;
}

/** Records that can be searched. */
export interface RecordSource {
  readonly count: number;
  /** Of the rows' times, inclusive; `minTime > maxTime` when there are none. */
  readonly minTime: number;
  readonly maxTime: number;
  select(selection: Selection): Promise<Matches>;
}

/** Stretches of one length that a time falls into; what is before or behind all of them, into the nearest. */
export interface TimeBuckets {
  readonly from: number;
  readonly step: number;
  readonly buckets: number;
}

/** Rows that match. Each answer is made when it is asked for: none reads more than it needs. */
export interface Matches {
  readonly count: number;
  /** Ascending. */
  rows(): Promise<Uint32Array>;
  /** Hosts of matching rows, without those that are `known`. */
  hosts(known: ReadonlySet<string>): Promise<readonly string[]>;
  /**
   * How many there are: at `code * buckets + bucket`, with 0 as the code of no level, and above that the index
   * into LEVELS plus one.
   */
  byTime(buckets: TimeBuckets): Promise<Uint32Array>;
  /** All of them by their times. */
  timed(): Promise<readonly TimedRun[]>;
  /** Times, levels and streams of all of them. */
  columns(): Promise<RowColumns>;
  /** Places of all of them. */
  places(): Promise<RowPlaces>;
  /** Everything of some of them; other rows cannot be asked for. */
  load(rows: Uint32Array): Promise<RecordSet>;
}

/** Which rows are wanted. */
export interface Selection {
  readonly query: Query;
  readonly matcher: Matcher;
  /** What the matcher was compiled with. */
  readonly matcherOptions: MatcherOptions;
  /** Inclusive and exclusive, ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** Gives way to other work now and then; throws when the search is over. */
  readonly pace: Pace;
}

/** Called every so many rows of a long loop; a promise only when it is time to give way. */
export type Pace = () => Promise<void> | undefined;
