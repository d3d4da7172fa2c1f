import type { LogRecord } from '@apiary/common/record.ts';
import { comparePositions, type Order, type Position } from './position.ts';

/** Records in order. */
export interface RecordStream {
  readonly records: AsyncIterator<LogRecord>;
  /** No record comes before this time, in the order that is asked for; absent: any may. */
  readonly first?: number | undefined;
}

/** Where a record stands in a result. */
export function positionOfRecord({ id, time }: LogRecord): Position {
  const [generation = '', offset = '0'] = id.split(':');
  return { time, generation, offset: Number(offset) };
}

/**
 * Merges streams that are in order into one: a record comes out once no other stream can bring an earlier one. A stream
 * that cannot bring one before it is not waited for. All are asked at once, and end when nobody takes more.
 */
export async function* merge(
  streams: readonly RecordStream[],
  order: Order,
): AsyncGenerator<LogRecord> {
  const heads = streams.map((stream) => new Head(stream, order));
  try {
    for (;;) {
      const head = await firstOf(heads, order);
      if (!head) return;
      yield head.record;
      head.ask();
    }
  } finally {
    for (const head of heads) head.end();
  }
}

/** The head with the first record; undefined when there is none any more. */
async function firstOf(heads: readonly Head[], order: Order): Promise<KnownHead | undefined> {
  for (;;) {
    let first: KnownHead | undefined;
    let open: Head | undefined;
    for (const head of heads) {
      if (head.isKnown()) {
        if (!first || isBefore(head.record, first.record, order)) first = head;
      } else if (head.coming && (!open || head.key < open.key)) open = head;
    }
    // Records of one time are told apart by their place, which is not known before they are there.
    if (!open || (first && first.key < open.key)) return first;
    await open.coming;
  }
}

type KnownHead = Head & { readonly record: LogRecord };

/** The next record of a stream. A time's key is the less the earlier it is wanted. */
class Head {
  /** Of the record; before it is there, none of the stream's has a lower one. */
  key: number;
  record: LogRecord | undefined;
  /** Resolves when the record is there, or the stream has ended; undefined where it is, or has. */
  coming: Promise<void> | undefined;
  readonly #records: AsyncIterator<LogRecord>;
  readonly #sign: 1 | -1;

  constructor({ records, first }: RecordStream, order: Order) {
    this.#records = records;
    this.#sign = order === 'newest' ? -1 : 1;
    this.key = first === undefined ? Number.NEGATIVE_INFINITY : this.#sign * first;
    this.ask();
  }

  isKnown(): this is KnownHead {
    return this.record !== undefined;
  }

  /** Asks for the next record. */
  ask(): void {
    this.record = undefined;
    this.coming = this.#next();
    // Whoever waits for it is told; nobody may, as the page is full or another stream failed.
    this.coming.catch(() => undefined);
  }

  /** Takes no more. A stream that was asked ends once it has answered, which is not waited for. */
  end(): void {
    this.#records.return?.().catch(() => undefined);
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#records.next();
    if (!done) {
      this.record = value;
      this.key = this.#sign * value.time;
    }
    this.coming = undefined;
  }
}

function isBefore(a: LogRecord, b: LogRecord, order: Order): boolean {
  return comparePositions(positionOfRecord(a), positionOfRecord(b), order) < 0;
}
