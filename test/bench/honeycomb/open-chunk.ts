/** How long a search of the open chunk takes, just before the chunk is full. */
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { Holdings } from '@apiary/hive/honeycomb/holdings.ts';
import { CORPUS_BEGIN_MS, type Corpus } from './corpus.ts';
import { messagesOf } from './messages.ts';

const OPEN_BYTES = 8 << 20;
const ROUNDS = 7;

/** The median of some searches, ms. */
export async function openChunkMs(corpus: Corpus, word: string): Promise<number> {
  const holdings = new Holdings([]);
  let sequence = 0;
  for (const { append, rawBytes } of messagesOf(corpus, CORPUS_BEGIN_MS)) {
    holdings.restore({ sequence: ++sequence, ...append });
    if (holdings.openBytes + rawBytes > OPEN_BYTES) break;
  }
  const parsed = parseQuery(word);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const [open] = holdings.snapshot().open;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
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
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}
