/** The section of templates. */
import { isAscii } from 'node:buffer';
import { foldCase } from '@apiary/common/query/words.ts';
import { END_MARK } from './words.ts';

/** Texts of templates, END_MARK behind each. */
export interface Dictionary {
  readonly bytes: Buffer;
  /** By template: where its text begins in `bytes`; one more than there are templates. */
  readonly start: Uint32Array;
  /** All texts without case, and where each begins. */
  readonly folded: string;
  readonly foldedStart: Uint32Array;
}

/** Reads the section's bytes. */
export function readDictionary(bytes: Buffer, templates: number): Dictionary {
  const start = new Uint32Array(templates + 2);
  for (let id = 0; id < templates; id++) start[id + 1] = bytes.indexOf(END_MARK, start[id]) + 1;
  start[templates + 1] = bytes.length;
  const isPlain = isAscii(bytes);
  const folded = isPlain
    ? bytes.toString('latin1').toLowerCase()
    : foldCase(bytes.toString('utf8'));
  const foldedStart = isPlain ? start : startsOf(folded, templates);
  return { bytes, start, folded, foldedStart };
}

function startsOf(folded: string, templates: number): Uint32Array {
  const start = new Uint32Array(templates + 2);
  for (let id = 0; id < templates; id++) start[id + 1] = folded.indexOf('\n', start[id]) + 1;
  start[templates + 1] = folded.length;
  return start;
}
