/** What the honeycomb that dies stores, and its parent looks for. */

/** Raw bytes at which a chunk is full: those of one round. */
export const CHUNK_RAW_BYTES = 1_000;
export const LINES = 20;
/** The last one comes days after the others. */
export const ROUNDS = 11;
/** A word of lines that are to be deleted. */
export const UNWANTED = 'unwanted';

/** Each round is a stream of its own. */
export function generationOf(round: number): string {
  return round.toString(16).padStart(16, '0');
}

/** A round's lines. */
export function linesOf(round: number): string[] {
  return Array.from({ length: LINES }, (_, line) => {
    const word = line % 4 === 0 ? UNWANTED : 'kept';
    return `2026-11-20T11:00:${String(round).padStart(2, '0')}Z ${word} round ${round} line ${line} of many`;
  });
}
