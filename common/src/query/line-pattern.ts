/**
 * Patterns of lines as texts: `Failed password for <*> from <*> port <*> ssh2`. A line fits when, behind
 * its time stamp, it has the same words between white space one by one; `<*>` alone stands for any word,
 * within a word for any characters or none, and a last word `<...>` for all that follows, or nothing.
 */

/** Stands for what varies. */
export const SLOT = '<*>';
/** Stands for the rest of a line. */
export const REST = '<...>';

/** A compiled pattern. */
export interface LinePattern {
  /** Its words. */
  readonly words: readonly string[];
  fits(body: string, timestampLength: number): boolean;
}

/** The words of a line behind its time stamp. */
export function lineWords(body: string, timestampLength: number): string[] {
  const text = (timestampLength > 0 ? body.slice(timestampLength) : body).trim();
  return text === '' ? [] : text.split(/\s+/);
}

/** Compiles a pattern's text. */
export function compileLinePattern(text: string): LinePattern {
  const words = lineWords(text, 0);
  const open = words.at(-1) === REST;
  const own = open ? words.slice(0, -1) : words;
  return {
    words,
    fits(body, timestampLength) {
      const found = lineWords(body, timestampLength);
      if (open ? found.length < own.length : found.length !== own.length) return false;
      return own.every((word, index) => wordFits(word, found[index] ?? ''));
    },
  };
}

/** True if a word is what a pattern's word stands for. */
export function wordFits(pattern: string, word: string): boolean {
  if (pattern === SLOT) return true;
  if (!pattern.includes(SLOT)) return pattern === word;
  return slotValues(pattern, word) !== undefined;
}

/** What each slot of a pattern's word stands for in a word, as little as possible from the left. */
export function slotValues(pattern: string, word: string): string[] | undefined {
  if (pattern === SLOT) return [word];
  const parts = pattern.split(SLOT);
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return pattern === word ? [] : undefined;
  if (!word.startsWith(first) || !word.endsWith(last)) return undefined;
  const end = word.length - last.length;
  const values: string[] = [];
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = word.indexOf(part, at);
    if (found < 0) return undefined;
    values.push(word.slice(at, found));
    at = found + part.length;
  }
  if (at > end) return undefined;
  values.push(word.slice(at, end));
  return values;
}
