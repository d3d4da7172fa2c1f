/** The proof that a chunk says what was encoded: its rows are decoded again, part by part, and compared. */
import { AppError } from '@apiary/common/errors.ts';
import type { RowParts } from './chunk-format.ts';
import { verifyNewest } from './columnar/newest-rows.ts';
import { levelCode } from './level-code.ts';
import type { RowBatch } from './row-batch.ts';
import { isSameButBodies } from './same-rows.ts';

/**
 * Checks that what is decoded is what was encoded: the same rows in the same order, each of them byte for byte.
 *
 * @throws AppError `store-corrupt`
 */
export async function verifyDecoded(decoded: RowParts, batch: RowBatch): Promise<void> {
  if (!isSameButBodies(decoded, batch)) throw corrupt('it does not decode to its rows');
  let at = 0;
  for await (const part of decoded.bodies) {
    const end = at + part.length;
    const isInside = end <= batch.bytes.length;
    if (!isInside || batch.bytes.compare(part, 0, part.length, at, end) !== 0) {
      throw corrupt('it does not decode to the bodies of its rows');
    }
    at = end;
  }
  if (at !== batch.bytes.length) throw corrupt('bodies are missing');
  if (batch.level && decoded.level) verifyLevels(decoded.level, batch.level, batch);
  // From here on the batch is what the chunk decodes to.
  if (decoded.newest) verifyNewest(decoded.newest, batch);
}

/** A level is the one that the row had, or the one that its body states by what is known of levels today. */
function verifyLevels(level: Uint8Array, known: Uint8Array, batch: RowBatch): void {
  if (level.length !== batch.count) throw corrupt('levels are missing');
  for (let row = 0; row < level.length; row++) {
    if (level[row] !== known[row] && level[row] !== levelCode(batch, row)) {
      throw corrupt(`the level of row ${row} is another one`);
    }
  }
}

function corrupt(what: string): AppError {
  return new AppError('store-corrupt', `A new chunk is not what it was made of: ${what}.`);
}
