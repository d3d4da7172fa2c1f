/**
 * Patterns of literals, `?` (one character) and `*` (any number). Everything here is case-folded.
 */
import type { WildcardPart } from './ast.ts';
import { foldCase, isWordCode } from './words.ts';

const ANY_ONE = 1;
const ANY_MANY = 2;
type Wild = typeof ANY_ONE | typeof ANY_MANY;

/** Tells if a whole text has the pattern's form. Linear for one `*`, never exponential. */
export function globTest(parts: readonly WildcardPart[]): (folded: string) => boolean {
  const pattern = parts.flatMap<string | Wild>((part) =>
    part.kind === 'literal' ? [...foldCase(part.text)] : [part.kind === 'one' ? ANY_ONE : ANY_MANY],
  );
  return (text) => {
    let at = 0;
    let index = 0;
    let star = -1;
    let resumeAt = 0;
    while (at < text.length) {
      const part = pattern[index];
      const step = characterLength(text, at);
      if (part === ANY_MANY) {
        star = index++;
        resumeAt = at;
      } else if (part === ANY_ONE || (part !== undefined && text.startsWith(part, at))) {
        at += part === ANY_ONE ? step : part.length;
        index++;
      } else if (star >= 0) {
        resumeAt += characterLength(text, resumeAt);
        at = resumeAt;
        index = star + 1;
      } else return false;
    }
    while (index < pattern.length) {
      if (pattern[index++] !== ANY_MANY) return false;
    }
    return true;
  };
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/**
 * Cuts a pattern where its literals have no word characters: `10.0.*` is the words `10`, `0`, `*`.
 */
export function wordPatterns(parts: readonly WildcardPart[]): WildcardPart[][] {
  const words: WildcardPart[][] = [[]];
  for (const part of parts) {
    if (part.kind !== 'literal') {
      words.at(-1)?.push(part);
      continue;
    }
    let literal = '';
    const flush = () => {
      if (literal !== '') words.at(-1)?.push({ kind: 'literal', text: literal });
      literal = '';
    };
    for (let at = 0; at < part.text.length; at++) {
      if (isWordCode(part.text.charCodeAt(at))) literal += part.text[at];
      else {
        flush();
        words.push([]);
      }
    }
    flush();
  }
  return words.filter((word) => word.length > 0);
}
