import type { Clock } from '@apiary/common/clock.ts';
import {
  SOCKET_BACKLOG_BYTES_MAX,
  TAIL_BATCH_INTERVAL_MS,
  TAIL_BATCH_RECORDS_MAX,
} from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { Lane, Outbox, Outgoing } from './outbox.ts';
import type { TailListener } from './standing-tail.ts';

/** What a record weighs beside its text. */
const RECORD_OVERHEAD_BYTES = 512;

/** Bytes of records that wait for one socket, over all its tails. */
export class Backlog {
  readonly bytesMax: number;
  bytes = 0;

  constructor(bytesMax: number = SOCKET_BACKLOG_BYTES_MAX) {
    this.bytesMax = bytesMax;
  }
}

/** What a tail's lane is made of. */
export interface TailLaneOptions {
  readonly id: string;
  readonly outbox: Outbox;
  readonly backlog: Backlog;
  readonly clock: Clock;
  /** Told how many records this socket will never get. */
  readonly onMissed: (count: number) => void;
}

/**
 * One tail of one socket: sends at once when idle and every TAIL_BATCH_INTERVAL_MS under load;
 * past the backlog's bound the oldest records go and are counted.
 */
export class TailLane implements Lane, TailListener {
  readonly #options: TailLaneOptions;
  #records: LogRecord[] = [];
  #omitted = 0;
  #missed = 0;
  #sentMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(options: TailLaneOptions) {
    this.#options = options;
  }

  matched(records: readonly LogRecord[], omitted: number): void {
    if (this.#isClosed) return;
    const { backlog } = this.#options;
    for (const record of records) {
      this.#records.push(record);
      backlog.bytes += weight(record);
    }
    this.#omitted += omitted;
    this.#shed();
    this.#schedule();
  }

  missed(count: number): void {
    if (this.#isClosed || count <= 0) return;
    this.#missed += count;
    this.#options.onMissed(count);
    this.#schedule();
  }

  take(): Outgoing | undefined {
    const { id, backlog, clock } = this.#options;
    if (this.#missed > 0) {
      const count = this.#missed;
      this.#missed = 0;
      return { event: 'tail.missed', payload: { id, count } };
    }
    if (this.#records.length === 0 && this.#omitted === 0) return undefined;
    const now = clock.now();
    if (now - this.#sentMs < TAIL_BATCH_INTERVAL_MS) {
      this.#schedule();
      return undefined;
    }
    this.#sentMs = now;
    const records = this.#records.splice(0, TAIL_BATCH_RECORDS_MAX);
    for (const record of records) backlog.bytes -= weight(record);
    const omitted = this.#omitted;
    this.#omitted = 0;
    return { event: 'tail.records', payload: { id, records, omitted } };
  }

  /** Forgets everything that waits. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#options.outbox.remove(this);
    for (const record of this.#records) this.#options.backlog.bytes -= weight(record);
    this.#records = [];
  }

  #shed(): void {
    const { backlog, onMissed } = this.#options;
    let dropped = 0;
    for (const record of this.#records) {
      // A record that is larger than the bound passes when nothing else waits.
      if (backlog.bytes <= backlog.bytesMax || backlog.bytes === weight(record)) break;
      backlog.bytes -= weight(record);
      dropped += 1;
    }
    if (dropped === 0) return;
    this.#records.splice(0, dropped);
    this.#missed += dropped;
    onMissed(dropped);
  }

  #schedule(): void {
    const { clock, outbox } = this.#options;
    const waitMs = this.#sentMs + TAIL_BATCH_INTERVAL_MS - clock.now();
    if (waitMs <= 0 || this.#missed > 0) {
      outbox.offer(this);
      return;
    }
    this.#cancelTimer ??= clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      outbox.offer(this);
    });
  }
}

function weight(record: LogRecord): number {
  return record.body.length + RECORD_OVERHEAD_BYTES;
}
