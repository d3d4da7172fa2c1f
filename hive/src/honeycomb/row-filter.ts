/**
 * Rules rows of an open chunk out before they are decoded: a line that needs a word has the word's text in
 * it. Looked for in whole slabs without case; slabs with bytes beyond ASCII rule nothing out, as folding may
 * make such bytes into any text.
 */
import { isAscii } from 'node:buffer';
import { BODY_FIELD, type Query } from '@apiary/common/query/ast.ts';
import { requiredLiterals } from './chunk/columnar/judge/required-literals.ts';
import { wantedWords } from './chunk/columnar/judge/word-leaf.ts';

const ASCII = /^[\x20-\x7e]+$/;

/** The longest text that every matching line has in its body, folded; undefined when none is known. */
export function requiredText(query: Query): string | undefined {
  const longest = requiredTexts(query).reduce((a, b) => (b.length > a.length ? b : a), '');
  return longest === '' ? undefined : longest;
}

function requiredTexts(query: Query): readonly string[] {
  if (query.kind === 'and') return query.operands.flatMap(requiredTexts);
  if (!('field' in query) || query.field !== BODY_FIELD) return [];
  const texts =
    query.kind === 'regex'
      ? requiredLiterals(query.source)
      : (wantedWords(query) ?? []).map(({ needle }) => needle);
  return texts.filter((text) => ASCII.test(text));
}

/** Bytes of many rows without case. Made when a search needs it, and kept until they are sealed. */
export class FoldedSlab {
  readonly #bytes: Buffer;
  #length = 0;
  #text: string | undefined = '';

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The first `length` bytes in lower case; undefined where some are beyond ASCII. */
  text(length: number): string | undefined {
    if (length > this.#length) {
      const bytes = this.#bytes.subarray(0, length);
      this.#text = isAscii(bytes) ? bytes.toString('latin1').toLowerCase() : undefined;
      this.#length = length;
    }
    return this.#text;
  }
}
