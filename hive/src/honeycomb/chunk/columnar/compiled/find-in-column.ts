/** Looks for a word in columns with the compiled loop. */
import { keptOrNew, type LinearMemory } from './linear-memory.ts';

/** Places found at once, and numbers of each: row, where its value begins, where it ends. */
const PLACES_MAX = 1024;
const PLACE_NUMBERS = 3;
const PLACE_BYTES = PLACE_NUMBERS * Uint32Array.BYTES_PER_ELEMENT;
const NEEDLE_BYTES_MAX = 1024;

/** A column among other bytes of ASCII. */
export interface ColumnPlace {
  readonly bytes: Buffer;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Of each value; 0: an END_MARK is behind each. */
  readonly width: number;
}

/** What the loop works on: the last bytes that were searched stay there, as they have many columns. */
interface Held {
  readonly memory: LinearMemory;
  readonly bytes: Buffer;
  readonly at: number;
  readonly needle: number;
  readonly places: number;
}

let held: Held | undefined;

/**
 * Calls `see` with each value of a column that has a text in any case, in their order: its row, and where it is in the bytes.
 *
 * @param needle folded, not empty
 */
export function findInColumn(
  { bytes, from, to: end, width }: ColumnPlace,
  needle: Buffer,
  see: (row: number, begin: number, end: number) => void,
): void {
  const to = Math.min(end, bytes.length);
  if (needle.length > Math.min(to - from, NEEDLE_BYTES_MAX)) return;
  const own = held?.bytes === bytes ? held : hold(bytes);
  const { memory } = own;
  memory.bytes.set(needle, own.needle);
  const separator = width > 0 ? 0 : 1;
  let firstRow = 0;
  for (let at = from; at < to; ) {
    const found = memory.loops.findInColumn(
      ...[own.at + at, own.at + to, width, own.needle, needle.length, own.places, PLACES_MAX],
    );
    let [row, behind] = [0, to];
    for (let index = 0; index < found; index++) {
      const place = own.places + index * PLACE_BYTES;
      row = memory.view.getUint32(place, true);
      behind = memory.view.getUint32(place + 8, true) - own.at;
      see(firstRow + row, memory.view.getUint32(place + 4, true) - own.at, behind);
    }
    if (found < PLACES_MAX) return;
    firstRow += row + 1;
    at = behind + separator;
  }
}

function hold(bytes: Buffer): Held {
  const memory = keptOrNew(held?.memory);
  memory.reserve(bytes.length + NEEDLE_BYTES_MAX + PLACES_MAX * PLACE_BYTES, PLACE_NUMBERS);
  const at = memory.put(bytes);
  const needle = memory.take(NEEDLE_BYTES_MAX);
  held = { memory, bytes, at, needle, places: memory.take(PLACES_MAX * PLACE_BYTES) };
  return held;
}
