/** How long a search of the open chunk takes, just before the chunk is full. */
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { Holdings } from '@apiary/hive/honeycomb/holdings/holdings.ts';
import { CORPUS_BEGIN_MS, type Corpus } from './corpus.ts';
import { median } from './measure.ts';
import { messagesOf } from './messages.ts';

const OPEN_BYTES = 8 << 20;
const ROUNDS = 7;

/** What was measured. */
export interface OpenChunkFigures {
  /** Of words that nobody asked for before, and of the same words again: medians, ms. */
  readonly newMs: number;
  readonly againMs: number;
}

/** Searches for a word, each time in other cases: what was asked before is known. */
export async function openChunkMs(corpus: Corpus, word: string): Promise<OpenChunkFigures> {
  const holdings = new Holdings([]);
  let sequence = 0;
  for (const { append, rawBytes } of messagesOf(corpus, CORPUS_BEGIN_MS)) {
    holdings.restore({ sequence: ++sequence, ...append });
    if (holdings.openBytes + rawBytes > OPEN_BYTES) break;
  }
  const [open] = holdings.snapshot().open;
  const ask = async (text: string) => {
    const parsed = parseQuery(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const began = performance.now();
    const matches = await open?.select({
      query: parsed.query,
      matcher: compileMatcher(parsed.query),
      matcherOptions: { nowMs: 0 },
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
      pace: () => undefined,
    });
    if (!matches?.count) throw new Error(`no line with ${word}`);
    return performance.now() - began;
  };
  const [fresh, again]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const text = inCases(word, round);
    fresh.push(await ask(text));
    again.push(await ask(text));
  }
  return { newMs: median(fresh), againMs: median(again) };
}

/** A word with those letters in upper case that the bits of a number say. */
function inCases(word: string, bits: number): string {
  return [...word].map((c, at) => ((bits >> at) & 1 ? c.toUpperCase() : c)).join('');
}
