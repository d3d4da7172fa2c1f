/** Words, or parts of words, that every line has that a regular expression matches. */
import { foldCase, wordsOf } from '@apiary/common/query/words.ts';

/** Characters after a backslash that stand for a class, an assertion or a character by its number. */
const CLASSES = 'dDwWsSbB';
const NUMBERED = /[0-9cukpPx]/;
const QUANTIFIERS = '*?{';

/**
 * Literal parts outside groups and classes; few rather than wrong: empty with alternatives at the top.
 *
 * @param source as between the slashes of a query
 */
export function requiredLiterals(source: string): string[] {
  const found: string[] = [];
  let literal = '';
  const flush = () => {
    for (const { word } of wordsOf(foldCase(literal))) found.push(word);
    literal = '';
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? '';
    if (character === '|') return [];
    if (character === '\\') {
      const escaped = source[++at] ?? '';
      if (NUMBERED.test(escaped)) return [];
      if (CLASSES.includes(escaped)) flush();
      else if (/[a-z]/i.test(escaped)) flush();
      else literal += escaped;
    } else if (character === '[') {
      flush();
      at = classEnd(source, at);
    } else if (character === '(') {
      flush();
      at = groupEnd(source, at);
    } else if (QUANTIFIERS.includes(character)) {
      literal = literal.slice(0, -1);
      flush();
      if (character === '{') at = Math.max(at, source.indexOf('}', at));
    } else if ('+.^$'.includes(character)) flush();
    else literal += character;
  }
  flush();
  return found.filter((word) => word.length > 1);
}

/**
 * What each match of a regular expression begins with, so that nothing before it is looked at: letters and digits,
 * folded; empty where that cannot be said.
 *
 * @param source as between the slashes of a query
 */
export function leadingLiteral(source: string): string {
  const isClear = requiredLiterals(source).length > 0 && !/\\[pPu]/.test(source);
  const [, letters = '', next = ''] = /^(?:\.\*\??)*([a-z0-9_]*)(.?)/i.exec(source) ?? [];
  if (!isClear) return '';
  return foldCase(QUANTIFIERS.includes(next) ? letters.slice(0, -1) : letters);
}

function classEnd(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at;
}

function groupEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') at = classEnd(source, at);
    else if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0) return at;
  }
  return source.length;
}
