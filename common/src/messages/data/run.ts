/**
 * A run: consecutive whole records (its ends may cut one) of one generation, as Bee sends them and
 * Honeycomb stores them. Offsets are bytes of the source.
 */

/** See the file's head. */
export interface Run {
  /** 16 hex digits: one stream's life. */
  readonly generation: string;
  /** The target's id. */
  readonly target: string;
  /** The source's path or name. */
  readonly file: string;
  readonly tags: readonly string[];
  /** First byte of the source, inclusive. */
  readonly from: number;
  /** Exclusive; `to - from` is the sum of {@link sourceLengths}. */
  readonly to: number;
  /** When Bee read it, ms since 1970. */
  readonly observed: number;
  /** The first record continues one that began before `from`. */
  readonly startsMidRecord: boolean;
  /** The last record is not finished at `to`. */
  readonly endsMidRecord: boolean;
  /** What the file held before its target was set, or an import: never judged by alert rules. */
  readonly history: boolean;
  /**
   * The records' bytes, one after another. Where `bodyLengths` is absent these are the source's own bytes,
   * line ends included, and a record's body is its bytes without the last `\n`.
   */
  readonly data: Uint8Array;
  /** Bytes of the source that each record takes, line end included. */
  readonly sourceLengths: Uint32Array;
  /** Bytes of each body within `data`, where the body is not the source (container prefixes, skipped NULs). */
  readonly bodyLengths: Uint32Array | undefined;
}

/** A data message's content: runs of one Bee. */
export interface DataMessage {
  /** The Bee's agent id. */
  readonly agent: string;
  /** The host that the lines come from. */
  readonly host: string;
  /** Minutes east of UTC, for time stamps without a zone. */
  readonly zoneOffsetMinutes: number;
  readonly runs: readonly Run[];
}
