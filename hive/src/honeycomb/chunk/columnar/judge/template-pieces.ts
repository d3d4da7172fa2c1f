import type { Dictionary } from '../chunk-data.ts';
import { SLOT_MARK, STAMP_MARK } from '../words.ts';

/** Literal text of a template, and what follows it. */
export interface Piece {
  readonly text: Buffer;
  readonly follows: 'value' | 'stamp' | 'end';
}

/** The pieces of a template that is not that of raw rows; undefined where its text is beyond ASCII. */
export function asciiPieces({ bytes, start }: Dictionary, template: number): Piece[] | undefined {
  const pieces: Piece[] = [];
  const end = (start[template + 1] ?? 0) - 1;
  let from = start[template] ?? 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return undefined;
    if (byte !== SLOT_MARK && byte !== STAMP_MARK) continue;
    const follows = byte === SLOT_MARK ? 'value' : 'stamp';
    pieces.push({ text: bytes.subarray(from, at), follows });
    from = at + 1;
  }
  pieces.push({ text: bytes.subarray(from, end), follows: 'end' });
  return pieces;
}
