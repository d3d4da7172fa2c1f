/**
 * Merges masked lines that differ in one word only, when that word takes many values, or stands where a name
 * stands; the merged ones once more, and so on. What differs in more places, or in few values, is another
 * pattern: `session opened` and `session closed`.
 */
import { PATTERN_MERGE_ROUNDS_MAX, PATTERN_WORDS_KEPT } from '@apiary/common/limits/patterns.ts';
import { SLOT } from '@apiary/common/query/line-pattern.ts';

/** What comes behind them is a name, however few were seen. */
const BEFORE_NAMES = new Set(['user']);
const SEPARATORS = '=:,;()[]{}"\'|<>@';

/** By masked line: the words of the pattern that it belongs to; those of one pattern are the same array. */
export function mergeLines(
  lines: readonly (readonly string[])[],
): Map<readonly string[], string[]> {
  let current = lines.map((words) => ({ words: [...words], members: [words] }));
  for (let round = 0; round < PATTERN_MERGE_ROUNDS_MAX; round++) {
    const merged = mergeOnce(current);
    if (merged.length === current.length) break;
    current = merged;
  }
  const result = new Map<readonly string[], string[]>();
  for (const { words, members } of current) for (const member of members) result.set(member, words);
  return result;
}

interface Cluster {
  readonly words: string[];
  readonly members: (readonly string[])[];
}

interface Candidate {
  readonly column: number;
  readonly clusters: Cluster[];
}

function mergeOnce(clusters: readonly Cluster[]): Cluster[] {
  const candidates = [...byAllButOne(clusters).values()].filter(isOnePattern);
  candidates.sort((a, b) => b.clusters.length - a.clusters.length);
  const taken = new Set<Cluster>();
  const merged: Cluster[] = [];
  for (const { column, clusters: all } of candidates) {
    const free = all.filter((cluster) => !taken.has(cluster));
    const [first] = free;
    if (!first || free.length < 2) continue;
    const words = [...first.words];
    words[column] = commonWord(free.map((cluster) => cluster.words[column] ?? ''));
    for (const cluster of free) taken.add(cluster);
    merged.push({ words, members: free.flatMap(({ members }) => members) });
  }
  return joinEqual([...clusters.filter((cluster) => !taken.has(cluster)), ...merged]);
}

/** Clusters whose words are the same but for one place. */
function byAllButOne(clusters: readonly Cluster[]): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const cluster of clusters) {
    const { words } = cluster;
    const hashes = words.map((word, place) => hashOf(word, place));
    const sum = hashes.reduce((all, hash) => all + hash, 0);
    for (let column = 0; column < words.length; column++) {
      const key = `${words.length} ${column} ${sum - (hashes[column] ?? 0)}`;
      const known = found.get(key);
      if (!known) found.set(key, { column, clusters: [cluster] });
      else if (differsOnlyAt(known.clusters[0]?.words ?? [], words, column)) {
        known.clusters.push(cluster);
      }
    }
  }
  return found;
}

function differsOnlyAt(a: readonly string[], b: readonly string[], column: number): boolean {
  return a.every((word, place) => place === column || word === b[place]);
}

function isOnePattern({ column, clusters }: Candidate): boolean {
  const [first] = clusters;
  if (!first || clusters.length < 2 || first.words.length < 3) return false;
  // Something has to be left that one can read.
  const rest = first.words.filter((_, place) => place !== column);
  if (!rest.some((word) => /[a-z]{2}/i.test(word.replaceAll(SLOT, '')))) return false;
  if (clusters.some(({ words }) => words[column] === SLOT)) return true;
  if (BEFORE_NAMES.has((first.words[column - 1] ?? '').toLowerCase())) return true;
  return clusters.length > PATTERN_WORDS_KEPT;
}

/** What the words share at both ends, up to a separator, around a slot. */
function commonWord(words: readonly string[]): string {
  const [first = ''] = words;
  const least = Math.min(...words.map((word) => word.length));
  let head = 0;
  while (head < least && words.every((word) => word[head] === first[head])) head++;
  while (head > 0 && !SEPARATORS.includes(first[head - 1] ?? '')) head--;
  const fromEnd = (word: string, count: number) => word[word.length - 1 - count] ?? '';
  let tail = 0;
  while (
    tail < least - head &&
    words.every((word) => fromEnd(word, tail) === fromEnd(first, tail))
  ) {
    tail++;
  }
  while (tail > 0 && !SEPARATORS.includes(fromEnd(first, tail - 1))) tail--;
  const start = first.slice(0, head);
  const end = tail === 0 ? '' : first.slice(-tail);
  // A slot that is cut in two is none.
  const isCut = (text: string) => text.replaceAll(SLOT, '').includes('<') || /^\*?>/.test(text);
  if (isCut(start) || isCut(end)) return SLOT;
  return `${start}${SLOT}${end}`.replaceAll(`${SLOT}${SLOT}`, SLOT);
}

function joinEqual(clusters: readonly Cluster[]): Cluster[] {
  const byText = new Map<string, Cluster>();
  for (const { words, members } of clusters) {
    const text = words.join(' ');
    const known = byText.get(text);
    if (known) known.members.push(...members);
    else byText.set(text, { words, members: [...members] });
  }
  return [...byText.values()];
}

/** FNV-1a of a word at its place. */
function hashOf(word: string, place: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(place + 1, 0x9e3779b1);
  for (let at = 0; at < word.length; at++) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
