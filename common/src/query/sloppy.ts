/**
 * Sloppy phrases as Lucene judges them: every word of the phrase takes a different word of the
 * line, and the spread of (place in the line − place in the phrase) is at most the slop. So `"a
 * b"~2` also finds `b a`.
 */
import type { Span } from './ast.ts';
import type { WordTest } from './word-sequence.ts';

interface Word extends Span {
  readonly word: string;
}

/** The span from the first to the last word of the leftmost match, or undefined. */
export function alignWords(
  wanted: readonly WordTest[],
  slop: number,
  line: readonly Word[],
): Span | undefined {
  const places = wanted.map((test) => {
    const found: number[] = [];
    for (const [index, word] of line.entries()) if (test.accepts(word.word)) found.push(index);
    return found;
  });
  if (places.some((list) => list.length === 0)) return undefined;
  const shifts = new Set<number>();
  for (const [index, list] of places.entries()) for (const place of list) shifts.add(place - index);
  // Shifts rise, so each list's window only moves on: linear in the line, however long it is.
  const starts = places.map(() => 0);
  for (const least of Float64Array.from(shifts).sort()) {
    const windows = places.map((list, index) => {
      let start = starts[index] ?? 0;
      while (start < list.length && (list[start] ?? 0) - index < least) start++;
      starts[index] = start;
      // A word with as many candidates as there are words always finds a free one.
      const candidates = list.slice(start, start + wanted.length);
      return candidates.filter((place) => place - index <= least + slop);
    });
    const chosen = windows.some((list) => list.length === 0) ? undefined : assign(windows);
    if (!chosen) continue;
    const from = line[Math.min(...chosen)]?.from ?? 0;
    const to = line[Math.max(...chosen)]?.to ?? 0;
    return { from, to };
  }
  return undefined;
}

/** A different place for every list (bipartite matching by augmenting paths), or undefined. */
function assign(lists: readonly (readonly number[])[]): number[] | undefined {
  const owner = new Map<number, number>();
  const settle = (index: number, tried: Set<number>): boolean => {
    for (const place of lists[index] ?? []) {
      if (tried.has(place)) continue;
      tried.add(place);
      const other = owner.get(place);
      if (other === undefined || settle(other, tried)) {
        owner.set(place, index);
        return true;
      }
    }
    return false;
  };
  for (const index of lists.keys()) if (!settle(index, new Set())) return undefined;
  return [...owner.keys()];
}
