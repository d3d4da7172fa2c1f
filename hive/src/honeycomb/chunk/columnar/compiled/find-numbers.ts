/** Looks for numbers of words with the compiled loop. */
import type { NumberFrame } from '../number-frame.ts';
import { keptOrNew, type LinearMemory } from './linear-memory.ts';

/** Values found at once. */
const PLACES_MAX = 4096;
const PLACE_BYTES = Uint32Array.BYTES_PER_ELEMENT;
/** Halves of sets: see `hive/assembly/numbers.ts`. */
const HALF_BYTES = 16;
const SET_BYTES = 2 * HALF_BYTES;
const SETS_BYTES = 3 * SET_BYTES;
/** Wanted numbers, sets, a frame, places. */
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

/** What the loop works on: what is wanted stays there, as it is looked for in many frames. */
interface Held {
  readonly memory: LinearMemory;
  readonly wanted: WantedNumbers;
  readonly flags: number;
  readonly sets: number;
  readonly plane: number;
  /** Bytes of planes for which there is room. */
  readonly room: number;
  readonly places: number;
}

let held: Held | undefined;

/** Places of values whose numbers are wanted, ascending. */
export function findNumbers(
  { planes, values, layout }: NumberFrame,
  wanted: WantedNumbers,
): number[] {
  const isHeld = held?.wanted === wanted && planes.length <= held.room;
  const { memory, plane, flags, sets, places } =
    held && isHeld ? held : hold(wanted, planes.length);
  memory.bytes.set(planes, plane);
  const all: number[] = [];
  for (let from = 0; ; from = (all.at(-1) ?? 0) + 1) {
    const found = memory.loops.findNumbers(
      ...[plane, values, layout.bytes, layout.highBits, from, values],
      ...[flags, sets, places, PLACES_MAX],
    );
    for (let at = places; at < places + found * PLACE_BYTES; at += PLACE_BYTES) {
      all.push(memory.view.getUint32(at, true));
    }
    if (found < PLACES_MAX) return all;
  }
}

function hold(wanted: WantedNumbers, room: number): Held {
  const memory = keptOrNew(held?.memory);
  const { flags, sets } = wanted;
  memory.reserve(flags.length + SETS_BYTES + room + PLACES_MAX * PLACE_BYTES, PIECES);
  const at = { flags: memory.put(flags), sets: memory.put(sets), plane: memory.take(room) };
  // Behind the planes, as the loop may read past those.
  held = { memory, wanted, room, ...at, places: memory.take(PLACES_MAX * PLACE_BYTES) };
  return held;
}
