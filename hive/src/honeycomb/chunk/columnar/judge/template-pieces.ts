import type { Dictionary } from '../dictionary.ts';
import type { SlotTable } from '../slot-table.ts';
import { FULL_MASK, SLOT_MARK, STAMP_MARK } from '../words.ts';

/** Literal text of a template, and what follows it. */
export interface Piece {
  readonly text: Buffer;
  readonly follows: 'value' | 'stamp' | 'end';
  /** Of a value; and its mask: see CHARACTER_BITS. */
  readonly slot: number;
  readonly mask: number;
  /** Of a stamp. */
  readonly layout: number;
}

/** The pieces of a template that is not that of raw rows; undefined where its text is beyond ASCII. */
export function asciiPieces(
  { bytes, start }: Dictionary,
  { firstSlot, mask, layout }: SlotTable,
  template: number,
): Piece[] | undefined {
  const pieces: Piece[] = [];
  const end = (start[template + 1] ?? 0) - 1;
  let from = start[template] ?? 0;
  let slot = firstSlot[template] ?? 0;
  const put = (to: number, follows: Piece['follows']) => {
    const text = bytes.subarray(from, to);
    pieces.push({ text, follows, slot, mask: mask[slot] ?? 0, layout: layout[template] ?? -1 });
    from = to + 1;
  };
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return undefined;
    if (byte === STAMP_MARK) put(at, 'stamp');
    else if (byte === SLOT_MARK) {
      put(at, 'value');
      slot++;
    }
  }
  put(end, 'end');
  return pieces;
}

/** True if a value has characters beyond ASCII. */
export function isBeyondAscii({ mask, firstSlot }: SlotTable, template: number): boolean {
  const end = firstSlot[template + 1] ?? 0;
  for (let slot = firstSlot[template] ?? 0; slot < end; slot++) {
    if (mask[slot] === FULL_MASK) return true;
  }
  return false;
}
