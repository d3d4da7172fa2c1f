/** Looks for numbers of words with the compiled loop. */
import type { NumberFrame, ValueRange } from '../number-frame.ts';
import { keptOrNew, type LinearMemory } from './linear-memory.ts';

/** Values found at once. */
const PLACES_MAX = 4096;
const PLACE_BYTES = Uint32Array.BYTES_PER_ELEMENT;
/** Halves of sets: see `hive/assembly/numbers.ts`. */
const HALF_BYTES = 16;
const SET_BYTES = 2 * HALF_BYTES;
const SETS_BYTES = 3 * SET_BYTES;
/** Frame, wanted numbers, sets, places. */
const PIECES = 4;

/** Numbers that are looked for. */
export interface WantedNumbers {
  /** By number: 1 where it is wanted. */
  readonly flags: Uint8Array;
  /** Which bytes their lowest bytes, their next ones, and both with exclusive or, can be. */
  readonly sets: Uint8Array;
}

/** @param flags by number: 1 where it is wanted */
export function wantedNumbers(flags: Uint8Array): WantedNumbers {
  const sets = new Uint8Array(SETS_BYTES);
  for (let number = flags.indexOf(1); number >= 0; number = flags.indexOf(1, number + 1)) {
    const [lowest, next] = [number & 0xff, (number >> 8) & 0xff];
    for (const [index, byte] of [lowest, next, lowest ^ next].entries()) {
      add(sets.subarray(index * SET_BYTES), byte);
    }
  }
  return { flags, sets };
}

function add(set: Uint8Array, byte: number): void {
  const [low, high] = [byte & 15, byte >> 4];
  const at = (high < 8 ? 0 : HALF_BYTES) + low;
  set[at] = (set[at] ?? 0) | (1 << (high & 7));
}

/** What the loop works on: a frame stays there, as it has many columns. */
interface Held {
  readonly memory: LinearMemory;
  readonly planes: Buffer;
  readonly wanted: WantedNumbers;
  readonly plane: number;
  readonly flags: number;
  readonly sets: number;
  readonly places: number;
}

let held: Held | undefined;

/** Calls `see` with each value of a range whose number is wanted, in their order. Frames of the same bytes are the same. */
export function findNumbers(
  frame: NumberFrame,
  { from, to }: ValueRange,
  wanted: WantedNumbers,
  see: (value: number) => void,
): void {
  const isHeld = held?.planes === frame.planes && held.wanted === wanted;
  const own = held && isHeld ? held : hold(frame.planes, wanted);
  const { memory, plane, flags, sets, places } = own;
  const { bytes, highBits } = frame.layout;
  for (let at = from; at < to; ) {
    const found = memory.loops.findNumbers(
      ...[plane, frame.values, bytes, highBits, at, to, flags, sets, places, PLACES_MAX],
    );
    for (let index = 0; index < found; index++) {
      const value = memory.view.getUint32(places + index * PLACE_BYTES, true);
      see(value);
      at = value + 1;
    }
    if (found < PLACES_MAX) return;
  }
}

function hold(planes: Buffer, wanted: WantedNumbers): Held {
  const memory = keptOrNew(held?.memory);
  const { flags, sets } = wanted;
  memory.reserve(planes.length + flags.length + SETS_BYTES + PLACES_MAX * PLACE_BYTES, PIECES);
  const at = { plane: memory.put(planes), flags: memory.put(flags), sets: memory.put(sets) };
  held = { memory, planes, wanted, ...at, places: memory.take(PLACES_MAX * PLACE_BYTES) };
  return held;
}
