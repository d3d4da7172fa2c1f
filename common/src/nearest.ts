import { fuzzyWord } from './query/fuzzy.ts';

/** The word that was meant by a mistyped one: the first within one edit, else within two; undefined where none is. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  // Two edits make almost any word of another one that is short.
  const distances = typed.length < 4 ? ([1] as const) : ([1, 2] as const);
  for (const distance of distances) {
    const nearest = words.find(fuzzyWord(typed, distance));
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}
