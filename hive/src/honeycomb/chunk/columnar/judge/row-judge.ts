import type { Pace } from '../../../record-set.ts';
import type { Stretch } from '../../row-batch.ts';
import type { ChunkData } from '../chunk-data.ts';
import { decodeRows, timestampLengths } from '../decode-rows.ts';
import { type Judge, SOME } from './judge.ts';

/** Rows decoded at once. */
const ROWS_AT_ONCE = 4096;

/** One row of the chunk as a test sees it. */
export interface JudgedRow {
  readonly row: number;
  readonly timestampLength: number;
  /** The body without its line end. */
  readonly body: Buffer;
}

/** Judges rows by decoding them: whatever the index cannot tell. */
export class DecodingJudge implements Judge {
  readonly #data: ChunkData;
  readonly #pace: Pace;
  readonly #states: () => Promise<Uint8Array>;
  readonly #test: (row: JudgedRow) => boolean;

  /**
   * @param states what is known of templates; undefined: nothing
   * @param test judges one row
   */
  constructor(
    data: ChunkData,
    pace: Pace,
    test: (row: JudgedRow) => boolean,
    states?: () => Promise<Uint8Array>,
  ) {
    this.#data = data;
    this.#pace = pace;
    this.#test = test;
    this.#states = states ?? (async () => await this.#unknown());
  }

  async templates(): Promise<Uint8Array> {
    return await this.#states();
  }

  async rows(template: number): Promise<Uint8Array> {
    const [slots, ids] = [await this.#data.slots(), await this.#data.ids()];
    const { stretches } = await this.#data.runs();
    const own = (await this.#data.order()).subarray(
      slots.firstRow[template],
      slots.firstRow[template + 1],
    );
    const result = new Uint8Array(own.length);
    const mapped = mappedRows(stretches, ids.template.length);
    const stampOf = await timestampLengths(this.#data);
    for (let from = 0; from < own.length; from += ROWS_AT_ONCE) {
      const wanted = own.subarray(from, from + ROWS_AT_ONCE);
      const { bytes, start } = await decodeRows(this.#data, wanted, this.#pace);
      for (const [index, row] of wanted.entries()) {
        const stored = bytes.subarray(start[index], start[index + 1]);
        const ended = stored.at(-1) === 10 && mapped?.[row] !== 1;
        const body = ended ? stored.subarray(0, -1) : stored;
        if (this.#test({ row, body, timestampLength: stampOf(row) })) result[from + index] = 1;
      }
    }
    return result;
  }

  async #unknown(): Promise<Uint8Array> {
    const { head } = await this.#data.runs();
    return new Uint8Array(head.templates + 1).fill(SOME);
  }
}

/** 1 for rows whose body is not the source; undefined where there are none. */
function mappedRows(stretches: readonly Stretch[], rows: number): Uint8Array | undefined {
  if (!stretches.some(({ mapped }) => mapped)) return undefined;
  const flags = new Uint8Array(rows);
  for (const { mapped, from, to } of stretches) if (mapped) flags.fill(1, from, to);
  return flags;
}
