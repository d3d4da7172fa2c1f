/**
 * Tells of a chunk without opening it that it has no match. Measured on 115 chunks of 8 MB that had no match: opened one after
 * another to look at their blooms, what was made for each of them was more than the look.
 */
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import { freeMemory } from '../free-memory.ts';
import { bloomHas, partBlooms, partOf } from './bloom.ts';
import { mayBeInStamp } from './judge/word-judge.ts';
import { sealedBytes } from './sections.ts';
import { requiredWords } from './select-rows.ts';

const BLOOM = 'bloom-';

/** See the file's head, and `ReadFormat.lacks`. */
export function lacksWord(
  { sections }: Pick<ChunkEntry, 'sections'>,
  query: Query,
  read: (index: number) => Buffer | undefined,
): boolean {
  const hashes = bloomHashes(query);
  if (hashes.length === 0) return false;
  let parts = 0;
  while (sections[sections.length - 1 - parts]?.name.startsWith(BLOOM)) parts++;
  if (parts === 0) return false;
  for (const hash of hashes) {
    const section = read(sections.length - parts + partOf(hash, parts));
    if (!section) return false;
    const { values, literals } = partBlooms(sealedBytes(section));
    const isLacking = !bloomHas(values, hash) && !bloomHas(literals, hash);
    freeMemory(section);
    if (isLacking) return true;
  }
  return false;
}

/** By query, as every chunk of a search is asked for the same ones. */
const known = new WeakMap<Query, readonly number[]>();

/** Of words that every match has and that blooms would have. */
function bloomHashes(query: Query): readonly number[] {
  let hashes = known.get(query);
  if (!hashes) {
    const words = requiredWords(query);
    hashes = words.flatMap(({ exact, hash, needle }) =>
      exact && hash !== undefined && !mayBeInStamp(needle) ? [hash] : [],
    );
    known.set(query, hashes);
  }
  return hashes;
}
