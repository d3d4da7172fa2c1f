import { TOKENS_MAX } from './row-splitter.ts';

/** The values of the row at hand. */
export class ValueList {
  /** Where each begins in the batch's bytes, and how long it is. */
  readonly start = new Int32Array(TOKENS_MAX);
  readonly length = new Int32Array(TOKENS_MAX);
  count = 0;
}
