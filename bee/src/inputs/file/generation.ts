/**
 * One generation while it is read: how far it was read, what is under way, and (in its record) how far
 * the broker has confirmed it without a gap.
 */
import { crc32 } from 'node:zlib';
import type { Checkpoint, GenerationRecord } from '../../checkpoint.ts';
import type { Ledger, LedgerEntry } from '../../ledger.ts';
import { type ContentMarks, TAIL_BYTES } from './identity.ts';

interface Sent {
  readonly to: number;
  readonly tailLength: number;
  readonly tailCrc: number;
  readonly midRecord: boolean;
  confirmed: boolean;
}

/** See the file's head. */
export class Generation {
  readonly record: GenerationRecord;
  readonly entry: LedgerEntry;
  readonly #checkpoint: Checkpoint;
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #underWay: Sent[] = [];
  #offset: number;
  #tail: Buffer;
  #midRecord: boolean;
  #isEnding = false;

  /** @param tail the bytes before the record's `confirmed`, at most TAIL_BYTES */
  constructor(
    record: GenerationRecord,
    tail: Buffer,
    context: { checkpoint: Checkpoint; ledger: Ledger; now: () => number },
  ) {
    this.record = record;
    this.#checkpoint = context.checkpoint;
    this.#ledger = context.ledger;
    this.#now = context.now;
    this.#offset = record.confirmed;
    this.#tail = Buffer.from(tail);
    this.#midRecord = record.midRecord;
    const { target, path: file, confirmed: offset } = record;
    this.entry = context.ledger.open(record.id, { target, file, offset });
    this.entry.quietTo = record.quietTo;
  }

  /** The next byte to read. */
  get offset(): number {
    return this.#offset;
  }

  /** The bytes before {@link offset}. */
  get tail(): Buffer {
    return this.#tail;
  }

  /** The next byte continues a line that was sent in part. */
  get midRecord(): boolean {
    return this.#midRecord;
  }

  /** Everything that was read is confirmed. */
  get isSettled(): boolean {
    return this.#underWay.length === 0;
  }

  /** The marks of the file as it was read so far. */
  get marks(): ContentMarks {
    return {
      headLength: this.record.headLength,
      headCrc: this.record.headCrc,
      confirmed: this.#offset,
      tailLength: this.#tail.length,
      tailCrc: crc32(this.#tail),
    };
  }

  /**
   * Counts a run as read and gives the function to call when it is confirmed.
   *
   * @param tail the bytes before `to`; copied
   */
  advance(
    to: number,
    tail: Uint8Array,
    run: { readonly records: number; readonly midRecord: boolean },
  ): () => void {
    this.#offset = to;
    this.#tail = Buffer.from(tail.subarray(Math.max(0, tail.length - TAIL_BYTES)));
    this.#midRecord = run.midRecord;
    this.#ledger.countRead(this.entry, to, run.records);
    const sent: Sent = {
      to,
      tailLength: this.#tail.length,
      tailCrc: crc32(this.#tail),
      midRecord: run.midRecord,
      confirmed: false,
    };
    this.#underWay.push(sent);
    return () => {
      sent.confirmed = true;
      this.#settle();
    };
  }

  /** The file has more bytes by which to know it again. */
  growHead(head: Pick<GenerationRecord, 'headLength' | 'headCrc'>): void {
    if (head.headLength <= this.record.headLength) return;
    this.record.headLength = head.headLength;
    this.record.headCrc = head.headCrc;
  }

  /** Leaves out bytes that are no content: the next run begins at `to`, and the store sees a gap. */
  skipTo(to: number, tail: Uint8Array): void {
    this.#ledger.countSkipped(this.entry, to - this.#offset);
    this.advance(to, tail, { records: 0, midRecord: false })();
  }

  /**
   * No more will come of it. Remembered as such once all is confirmed: until then a copy of its file may
   * be needed after a crash.
   */
  end(): void {
    this.#isEnding = true;
    if (!this.isSettled) return;
    this.record.ended = true;
    this.record.changedMs = this.#now();
    this.#checkpoint.changed();
  }

  #settle(): void {
    let last: Sent | undefined;
    while (this.#underWay[0]?.confirmed) last = this.#underWay.shift();
    if (!last) return;
    this.#ledger.countConfirmed(this.entry, last.to);
    this.record.confirmed = last.to;
    this.record.tailLength = last.tailLength;
    this.record.tailCrc = last.tailCrc;
    this.record.midRecord = last.midRecord;
    this.record.changedMs = this.#now();
    this.#checkpoint.changed();
    if (this.#isEnding) this.end();
  }
}
