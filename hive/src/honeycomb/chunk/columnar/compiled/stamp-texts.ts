/** Layouts of stamps as the compiled loops see them: see `hive/assembly/stamps.ts`. */
import { createStampLayouts, STAMP_LAYOUTS } from '../stamp-layouts.ts';

const LAYOUT_BYTES = 72;
/** Bytes that all of them take. */
export const LAYOUTS_BYTES = LAYOUT_BYTES * STAMP_LAYOUTS.length;
const LAYOUT_DAY = 24;
const LAYOUT_TEXT = 32;
const DAY_MS = 86_400_000;
const EPOCHS = ['E', 'e'];

/** Layouts that were put into a memory, at an address. */
export class StampTexts {
  readonly #at: number;
  readonly #layouts = createStampLayouts();

  constructor(at: number) {
    this.#at = at;
  }

  /** The address of a layout, by its number. */
  addressOf(number: number): number {
    return this.#at + LAYOUT_BYTES * number;
  }

  /** Lays all of them out. */
  putInto(view: DataView): void {
    for (const [number, pattern] of STAMP_LAYOUTS.entries()) {
      const epoch = EPOCHS.indexOf(pattern[0] ?? '') + 1;
      const fields = ['hh', 'mm', 'ss', 'fff'].map((field) => pattern.indexOf(field));
      const address = this.addressOf(number);
      for (const [index, value] of [epoch, pattern.length, ...fields].entries()) {
        view.setInt32(address + 4 * index, value, true);
      }
      view.setFloat64(address + LAYOUT_DAY, Number.NaN, true);
    }
  }

  /** Writes the text of a day, counted from 1970, into the layout at an address. */
  formatDay(bytes: Buffer, address: number, day: number): void {
    const text = this.#layouts[(address - this.#at) / LAYOUT_BYTES]?.format(day * DAY_MS);
    if (text) bytes.set(text, address + LAYOUT_TEXT);
  }
}
