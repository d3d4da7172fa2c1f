import { TimeRecogniser } from '@apiary/common/time/recognise.ts';
import { createStampLayouts, type StampLayout } from './stamp-layouts.ts';
import { BYTE_CLASS } from './words.ts';

/** Where the lines of one stream had their stamp last. */
interface Habit {
  at: number;
  layout: number;
  shift: number;
}

/**
 * Finds a row's time stamp where its text follows from the row's time. Streams keep to one layout and
 * mostly one place, so the last one is tried first: a comparison of some 20 bytes.
 */
export class StampFinder {
  /** Of the stamp found last: its place in the row, its layout and its zone's shift in ms. */
  at = 0;
  layout = 0;
  shift = 0;
  readonly #layouts = createStampLayouts();
  readonly #recogniser = new TimeRecogniser({ zoneOffsetMinutes: 0 });
  readonly #habits = new WeakMap<object, Habit>();
  #habit: Habit = { at: 0, layout: 0, shift: 0 };

  /** Goes to another stream. */
  enter(stream: object): void {
    let habit = this.#habits.get(stream);
    if (!habit) {
      habit = { at: 0, layout: 0, shift: 0 };
      this.#habits.set(stream, habit);
    }
    this.#habit = habit;
  }

  /** The stamp's length, or 0. `observed` equals `time` in rows without one: they cost least. */
  find(bytes: Uint8Array, from: number, to: number, time: number, observed: number): number {
    const habit = this.#habit;
    const usual = this.#layouts[habit.layout];
    if (usual?.isAt(bytes, from + habit.at, to, time + habit.shift)) {
      if (isApart(bytes, from + habit.at, from + habit.at + usual.length, from, to)) {
        this.at = habit.at;
        this.layout = habit.layout;
        this.shift = habit.shift;
        return usual.length;
      }
    }
    if (time === observed) return 0;
    return this.#search(bytes, from, to, time);
  }

  #search(bytes: Uint8Array, from: number, to: number, time: number): number {
    const stamp = this.#recogniser.recognise(bytes, from, to, time);
    if (!stamp) return 0;
    const start = from + stamp.start;
    let best: StampLayout | undefined;
    for (const [index, layout] of this.#layouts.entries()) {
      if (start + layout.length > to || (best && layout.length <= best.length)) continue;
      const shift = layout.shiftAt(bytes, start, time);
      if (shift === undefined || !layout.isAt(bytes, start, to, time + shift)) continue;
      if (!isApart(bytes, start, start + layout.length, from, to)) continue;
      best = layout;
      this.layout = index;
      this.shift = shift;
    }
    if (!best) return 0;
    this.at = stamp.start;
    this.#habit.at = this.at;
    this.#habit.layout = this.layout;
    this.#habit.shift = this.shift;
    return best.length;
  }
}

/** A stamp that a word runs into would tear that word apart. */
function isApart(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  const before = start > from ? (BYTE_CLASS[bytes[start - 1] ?? 0] ?? 0) : 0;
  const after = end < to ? (BYTE_CLASS[bytes[end] ?? 0] ?? 0) : 0;
  return before === 0 && after === 0;
}
