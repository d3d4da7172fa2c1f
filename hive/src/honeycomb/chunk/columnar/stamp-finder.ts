import { TimeRecogniser } from '@apiary/common/time/recognise.ts';
import { createStampLayouts, type StampLayout } from './stamp-layouts.ts';
import { BYTE_CLASS } from './words.ts';

/** Where the lines of one stream had their stamp last. */
interface Habit {
  at: number;
  /** Negative before the first. */
  layout: number;
  shift: number;
  /** Searches in vain since the last stamp that was found. */
  misses: number;
}

/** How far from a row's begin the usual layout is looked for. */
const NEAR_BYTES = 64;
/**
 * Searches in vain, past which only one row in so many is searched: a stream whose stamps have a layout that
 * is not known paid for all layouts with each row.
 */
const MISSES_MAX = 32;

/**
 * Finds a row's time stamp where its text follows from the row's time. Streams keep to one layout and
 * mostly one place, so the last one is tried first: a comparison of some 20 bytes. Measured: nginx's lines, whose
 * stamp is behind an address, took three times as long to split while the layout alone was not looked for.
 */
export class StampFinder {
  /** Of the stamp found last: its place in the row, its layout and its zone's shift in ms. */
  at = 0;
  layout = 0;
  shift = 0;
  readonly #layouts = createStampLayouts();
  readonly #recogniser = new TimeRecogniser({ zoneOffsetMinutes: 0 });
  readonly #habits = new WeakMap<object, Habit>();
  #habit: Habit = { at: 0, layout: -1, shift: 0, misses: 0 };

  /** Goes to another stream. */
  enter(stream: object): void {
    let habit = this.#habits.get(stream);
    if (!habit) {
      habit = { at: 0, layout: -1, shift: 0, misses: 0 };
      this.#habits.set(stream, habit);
    }
    this.#habit = habit;
  }

  /** The stamp's length, or 0. `observed` equals `time` in rows without one: they cost least. */
  find(bytes: Uint8Array, from: number, to: number, time: number, observed: number): number {
    const habit = this.#habit;
    const usual = this.#layouts[habit.layout];
    if (usual) {
      const text = usual.format(time + habit.shift);
      if (this.#isAt(text, bytes, { at: from + habit.at, from, to })) {
        return this.#found(habit.at, habit, usual.length);
      }
      if (time === observed) return 0;
      // Behind an address or a name the stamp is not always at the same place.
      const last = Math.min(to - text.length, from + NEAR_BYTES);
      for (let at = from; at <= last; at++) {
        if (bytes[at] === text[0] && this.#isAt(text, bytes, { at, from, to })) {
          habit.at = at - from;
          return this.#found(habit.at, habit, usual.length);
        }
      }
    }
    if (time === observed) return 0;
    if (habit.misses >= MISSES_MAX && ++habit.misses % MISSES_MAX !== 0) return 0;
    return this.#search(bytes, from, to, time);
  }

  #found(at: number, { layout, shift }: Habit, length: number): number {
    this.at = at;
    this.layout = layout;
    this.shift = shift;
    return length;
  }

  #isAt(
    text: Uint8Array,
    bytes: Uint8Array,
    { at, from, to }: { readonly at: number; readonly from: number; readonly to: number },
  ): boolean {
    const end = at + text.length;
    if (end > to) return false;
    for (let index = 0; index < text.length; index++) {
      if (bytes[at + index] !== text[index]) return false;
    }
    return isApart(bytes, at, end, from, to);
  }

  #search(bytes: Uint8Array, from: number, to: number, time: number): number {
    const habit = this.#habit;
    const stamp = this.#recogniser.recognise(bytes, from, to, time);
    let best: StampLayout | undefined;
    if (stamp) {
      const start = from + stamp.start;
      for (const [index, layout] of this.#layouts.entries()) {
        if (start + layout.length > to || (best && layout.length <= best.length)) continue;
        const shift = layout.shiftAt(bytes, start, time);
        if (shift === undefined || !layout.isAt(bytes, start, to, time + shift)) continue;
        if (!isApart(bytes, start, start + layout.length, from, to)) continue;
        best = layout;
        habit.layout = index;
        habit.shift = shift;
      }
    }
    if (!best || !stamp) {
      habit.misses++;
      return 0;
    }
    habit.at = stamp.start;
    habit.misses = 0;
    return this.#found(stamp.start, habit, best.length);
  }
}

/** A stamp that a word runs into would tear that word apart. */
function isApart(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  const before = start > from ? (BYTE_CLASS[bytes[start - 1] ?? 0] ?? 0) : 0;
  const after = end < to ? (BYTE_CLASS[bytes[end] ?? 0] ?? 0) : 0;
  return before === 0 && after === 0;
}
