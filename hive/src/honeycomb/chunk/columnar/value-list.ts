import { TOKENS_MAX } from './row-splitter.ts';

/** The values of the row at hand. */
export class ValueList {
  /** Where each begins in the batch's bytes, and how long it is. */
  readonly start = new Int32Array(TOKENS_MAX);
  readonly length = new Int32Array(TOKENS_MAX);
  /** As blooms hash words; useless beyond ASCII, where the mask is -1. */
  readonly hash = new Int32Array(TOKENS_MAX);
  /** Its characters: see the mask of slots. */
  readonly mask = new Int32Array(TOKENS_MAX);
  count = 0;
}
