import { findWords, type WordTest } from '@apiary/common/query/word-sequence.ts';
import type { ChunkData } from '../chunk-data.ts';
import { SLOT_MARK, STAMP_MARK } from '../words.ts';
import { ALL, NONE, SOME } from './judge.ts';
import { findWord, type WordPlaces } from './word-judge.ts';
import type { WantedWord } from './word-leaf.ts';

/** Stands for a variable in a template's text: a character of words that folding never gives. */
const PLACEHOLDER = '\uE000';
const MARKS = new RegExp(
  `[${String.fromCharCode(STAMP_MARK)}${String.fromCharCode(SLOT_MARK)}]`,
  'g',
);

/** What templates say about words in sequence, stamp included. */
export async function phraseStates(
  data: ChunkData,
  words: readonly WantedWord[],
  slop: number,
): Promise<Uint8Array> {
  const { head } = await data.runs();
  const states = new Uint8Array(head.templates + 1).fill(SOME);
  const places: WordPlaces[] = [];
  for (const word of words) {
    const place = await findWord(data, word, true);
    places.push(place);
    let any = false;
    for (let id = 0; id < states.length; id++) {
      if (place.values[id] === 0 && place.literals[id] === 0) states[id] = NONE;
      any ||= states[id] !== NONE;
    }
    if (!any) return states;
  }
  const dictionary = await data.dictionary();
  const slots = await data.slots();
  for (let id = 0; id < head.templates; id++) {
    if (states[id] === NONE) continue;
    const text = dictionary.folded
      .slice(dictionary.foldedStart[id], (dictionary.foldedStart[id + 1] ?? 0) - 1)
      .replaceAll(MARKS, PLACEHOLDER);
    // Slop counts places, and a stamp takes several.
    const exact = slop === 0 || (slots.layout[id] ?? -1) < 0;
    const certain = sequence(words, () => false, slop);
    if (exact && findWords(certain, text, 0)) states[id] = ALL;
    else if (exact && (slots.layout[id] ?? -1) < 0) {
      const possible = sequence(words, (index) => places[index]?.values[id] === 1, slop);
      if (!findWords(possible, text, 0)) states[id] = NONE;
    }
  }
  return states;
}

function sequence(
  words: readonly WantedWord[],
  mayBeValue: (index: number) => boolean,
  slop: number,
): { words: WordTest[]; literal: string; slop: number } {
  const tests = words.map((word, index): WordTest => {
    const open = mayBeValue(index);
    return {
      exact: word.exact && !open ? word.needle : undefined,
      needle: open ? '' : word.needle,
      accepts: (other) =>
        other === PLACEHOLDER ? open : word.exact ? other === word.needle : word.accepts(other),
    };
  });
  return { words: tests, literal: '', slop };
}
