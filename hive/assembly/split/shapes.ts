/** AssemblyScript: shapes of rows, and which of their tokens are promoted: words with many values are variables too. */
import {
  LEARNT,
  LEARNT_MASK,
  SHAPE_BYTES,
  SHAPE_TABLE,
  SHAPES,
  SHAPES_MAX,
  TABLE_SIZE,
} from './places';
import { shape, tokens } from './tokens';

/** Where a shape's promoted tokens are (u8 by token), or NONE_PROMOTED. */
declare function promotedOf(shape: u32, tokens: u32): u32;
/** Told of each row that made a new template. True if other tokens are promoted now. */
declare function learn(shape: u32, tokens: u32): bool;
/** All that was learnt is forgotten. */
declare function forget(): void;

// A shape: its hash, how many tokens, where those are that are promoted (0: to be asked for), the template of its last row.
const SHAPE_TOKENS: u32 = 4;
const SHAPE_PROMOTED: u32 = 8;
/** The template of its last row, or -1. */
export const SHAPE_LAST: u32 = 12;
/** In place of where promoted tokens are. */
export const NONE_PROMOTED: u32 = 1;

let shapes: u32 = 0;

/** Forgets all shapes. */
export function clearShapes(): void {
  shapes = 0;
  memory.fill(SHAPE_TABLE, 0xff, 4 * TABLE_SIZE);
  memory.fill(LEARNT, 0, 4 * (LEARNT_MASK + 1));
}

/** Forgets what is known of the last chunk. */
export function clearLast(): void {
  for (let number: u32 = 0; number < shapes; number++) {
    const known = SHAPES + number * SHAPE_BYTES;
    store<u32>(known, 0, SHAPE_PROMOTED);
    store<i32>(known, -1, SHAPE_LAST);
  }
}

/** The address of the row's shape. */
export function shapeOf(): u32 {
  let slot = (shape ^ tokens) & (TABLE_SIZE - 1);
  for (;;) {
    const number = load<i32>(SHAPE_TABLE + (slot << 2));
    if (number < 0) break;
    const known = SHAPES + <u32>number * SHAPE_BYTES;
    if (load<u32>(known) === shape && load<u32>(known, SHAPE_TOKENS) === tokens) return known;
    slot = (slot + 1) & (TABLE_SIZE - 1);
  }
  if (shapes >= SHAPES_MAX) {
    clearShapes();
    forget();
    slot = (shape ^ tokens) & (TABLE_SIZE - 1);
  }
  store<i32>(SHAPE_TABLE + (slot << 2), shapes);
  const added = SHAPES + shapes++ * SHAPE_BYTES;
  store<u32>(added, shape);
  store<u32>(added, tokens, SHAPE_TOKENS);
  store<u32>(added, NONE_PROMOTED, SHAPE_PROMOTED);
  store<i32>(added, -1, SHAPE_LAST);
  return added;
}

function numberOf(shape: u32): u32 {
  return (shape - SHAPES) / SHAPE_BYTES;
}

/** Where a shape's promoted tokens are (u8 by token), or NONE_PROMOTED. */
export function promotedIn(shape: u32): u32 {
  let promoted = load<u32>(shape, SHAPE_PROMOTED);
  if (promoted === 0) {
    promoted = promotedOf(numberOf(shape), tokens);
    store<u32>(shape, promoted, SHAPE_PROMOTED);
  }
  return promoted;
}

/** Tells of a row of a shape that made a new template. Measured: most were there in the chunk before, and learnt. */
export function learnIn(shape: u32, hash: u32): void {
  const place = LEARNT + ((hash & LEARNT_MASK) << 2);
  if (load<u32>(place) === hash) return;
  store<u32>(place, hash);
  if (learn(numberOf(shape), tokens)) store<u32>(shape, 0, SHAPE_PROMOTED);
}
