/**
 * What a word is, and what "any case" means. Words are runs of letters, digits, `_` and everything
 * beyond ASCII. Folding never changes a text's length, so offsets in folded text hold in the
 * original.
 */

/** True if the UTF-16 code unit belongs to a word. */
export function isWordCode(code: number): boolean {
  return (
    code >= 0x80 ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f
  );
}

/**
 * Lower-case by Unicode's simple mapping: same length, no context (every capital sigma becomes σ).
 */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length && !lower.includes('ς')) return lower;
  let folded = '';
  for (const character of text) {
    const low = character.toLowerCase();
    folded += low.length === character.length ? low : character;
  }
  return folded;
}

/** The words of a text with their offsets, in order. */
export function wordsOf(text: string): { word: string; from: number; to: number }[] {
  const words: { word: string; from: number; to: number }[] = [];
  let at = 0;
  while (at < text.length) {
    if (!isWordCode(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const from = at;
    while (at < text.length && isWordCode(text.charCodeAt(at))) at++;
    words.push({ word: text.slice(from, at), from, to: at });
  }
  return words;
}
