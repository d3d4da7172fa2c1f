import type { Stretch } from '../../row-batch.ts';
import type { ChunkData } from '../chunk-data.ts';
import { isEnded } from '../slot-table.ts';

/** Tells where a line end is part of a body: in rows whose body is not the source. */
export class LineEnds {
  readonly #data: ChunkData;
  #mapped: Uint8Array | undefined;

  constructor(data: ChunkData) {
    this.#data = data;
  }

  /** By row within a template; undefined where no row of it has one. */
  async of(template: number): Promise<((row: number) => boolean) | undefined> {
    const [{ stretches }, slots] = [await this.#data.runs(), await this.#data.slots()];
    if (!isEnded(slots, template) || !stretches.some((one) => one.mapped)) return undefined;
    const [mapped, order] = [await this.mapped(), await this.#data.order()];
    const first = slots.firstRow[template] ?? 0;
    return (row) => mapped[order[first + row] ?? 0] === 1;
  }

  /** By row of the chunk: 1 where the body is not the source. */
  async mapped(): Promise<Uint8Array> {
    if (!this.#mapped) {
      const { head, stretches } = await this.#data.runs();
      this.#mapped = mappedRows(stretches, head.rows);
    }
    return this.#mapped;
  }
}

function mappedRows(stretches: readonly Stretch[], rows: number): Uint8Array {
  const flags = new Uint8Array(rows);
  for (const { mapped, from, to } of stretches) if (mapped) flags.fill(1, from, to);
  return flags;
}
