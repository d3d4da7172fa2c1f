import type { Segment } from './segment.ts';

/** Where the log keeps one message, and for which queues. */
export class StoredMessage {
  /** Ascending in the order of publishing; never used twice. */
  readonly id: number;
  /** Durable queues that have not settled it. Empty = the entry is garbage. */
  queues: number[];
  /** Undefined until the writer has placed it. */
  segment: Segment | undefined;
  /** Of the entry in its segment, header included. */
  offset = 0;
  /** Of the entry, header included. */
  length = 0;
  /** Settlements that wait until the entry has been moved to another segment; undefined = not moving. */
  deferred: number[] | undefined;

  constructor(id: number, queues: number[]) {
    this.id = id;
    this.queues = queues;
  }
}
