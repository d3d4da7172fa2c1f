import type { RowSource } from '../../../records/record-set.ts';
import type { ChunkData } from '../chunk-data.ts';
import { LEVEL_VARIES } from '../slot-table.ts';
import { ALL, type Judge, NONE, SOME } from './judge.ts';

/** Judges rows by what their stream is: host, file, tags and the like. */
export class SourceJudge implements Judge {
  readonly #data: ChunkData;
  readonly #test: (source: RowSource) => boolean;
  /** By row, where streams differ. */
  #byRow: Uint8Array | undefined;
  #states: Uint8Array | undefined;

  constructor(data: ChunkData, test: (source: RowSource) => boolean) {
    this.#data = data;
    this.#test = test;
  }

  async templates(): Promise<Uint8Array> {
    if (this.#states) return this.#states;
    const { head, stretches } = await this.#data.runs();
    const answers = new Map<RowSource, boolean>();
    for (const { source } of stretches) {
      if (!answers.has(source)) answers.set(source, this.#test(source));
    }
    const all = [...answers.values()];
    const state = all.every((yes) => yes) ? ALL : all.some((yes) => yes) ? SOME : NONE;
    if (state === SOME) {
      const byRow = new Uint8Array(head.rows);
      for (const { source, from, to } of stretches) {
        if (answers.get(source)) byRow.fill(1, from, to);
      }
      this.#byRow = byRow;
    }
    this.#states = new Uint8Array(head.templates + 1).fill(state);
    return this.#states;
  }

  async rows(template: number): Promise<Uint8Array> {
    const state = (await this.templates())[template];
    const byRow = this.#byRow;
    return await rowsBy(this.#data, template, (row) => (byRow ? byRow[row] === 1 : state === ALL));
  }
}

/** Judges rows by their time. */
export class TimeJudge implements Judge {
  readonly #data: ChunkData;
  readonly #test: (timeMs: number) => boolean;

  constructor(data: ChunkData, test: (timeMs: number) => boolean) {
    this.#data = data;
    this.#test = test;
  }

  async templates(): Promise<Uint8Array> {
    const { head } = await this.#data.runs();
    return new Uint8Array(head.templates + 1).fill(SOME);
  }

  async rows(template: number): Promise<Uint8Array> {
    const times = await this.#data.times();
    return await rowsBy(this.#data, template, (row) => this.#test(times[row] ?? 0));
  }
}

/** Judges rows by their level; `test` takes the code of {@link ChunkData.levels}. */
export class LevelJudge implements Judge {
  readonly #data: ChunkData;
  readonly #test: (code: number) => boolean;

  constructor(data: ChunkData, test: (code: number) => boolean) {
    this.#data = data;
    this.#test = test;
  }

  async templates(): Promise<Uint8Array> {
    const { level } = await this.#data.slots();
    return level.map((code) => (code === LEVEL_VARIES ? SOME : this.#test(code) ? ALL : NONE));
  }

  async rows(template: number): Promise<Uint8Array> {
    const levels = await this.#data.levels();
    return await rowsBy(this.#data, template, (row) => this.#test(levels[row] ?? 0));
  }
}

async function rowsBy(
  data: ChunkData,
  template: number,
  test: (row: number) => boolean,
): Promise<Uint8Array> {
  const [slots, order] = [await data.slots(), await data.order()];
  const own = order.subarray(slots.firstRow[template], slots.firstRow[template + 1]);
  const result = new Uint8Array(own.length);
  for (let index = 0; index < own.length; index++) {
    if (test(own[index] ?? 0)) result[index] = 1;
  }
  return result;
}
