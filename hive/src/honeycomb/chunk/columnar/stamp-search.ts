import { TimeRecogniser } from '@apiary/common/time/recognise.ts';
import { createStampLayouts, type StampLayout } from './stamp-layouts.ts';
import { BYTE_CLASS } from './words.ts';

/** Where the lines of one stream had their stamp last. */
export interface StampHabit {
  /** Place in the row. */
  at: number;
  /** Index into STAMP_LAYOUTS, negative before the first. */
  layout: number;
  /** How far its zone's time is ahead, ms. */
  shift: number;
  /** Searches in vain since the last stamp that was found. */
  misses: number;
}

/** Where a row's bytes are. */
interface Row {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Searches a row's time stamp where its text follows from the row's time. Streams keep to one layout and mostly one
 * place, so that is done where the last one is not found: see `hive/assembly/split/stamp-finder.ts`.
 */
export class StampSearch {
  readonly #layouts = createStampLayouts();
  readonly #recogniser = new TimeRecogniser({ zoneOffsetMinutes: 0 });
  readonly #habits = new WeakMap<object, StampHabit>();

  /** What is known of a stream. */
  habitOf(stream: object): StampHabit {
    let habit = this.#habits.get(stream);
    if (!habit) {
      habit = { at: 0, layout: -1, shift: 0, misses: 0 };
      this.#habits.set(stream, habit);
    }
    return habit;
  }

  /** The stamp's length, or 0; the habit tells where it is. */
  search({ bytes, from, to }: Row, time: number, habit: StampHabit): number {
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
    return best.length;
  }
}

/** A stamp that a word runs into would tear that word apart. */
function isApart(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  const before = start > from ? (BYTE_CLASS[bytes[start - 1] ?? 0] ?? 0) : 0;
  const after = end < to ? (BYTE_CLASS[bytes[end] ?? 0] ?? 0) : 0;
  return before === 0 && after === 0;
}
