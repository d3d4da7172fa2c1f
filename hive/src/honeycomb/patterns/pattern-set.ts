/**
 * The masked lines of a result in bounded memory. When there are too many different ones they are merged for
 * good, and later lines that fit what was merged go there.
 */
import { PATTERN_LINES_MAX, PATTERN_VALUES_MAX } from '@apiary/common/limits/patterns.ts';
import { wordFits } from '@apiary/common/query/line-pattern.ts';
import type { ValueBudget } from '../analysis/value-counts.ts';
import { maskLine } from './mask.ts';
import { MaskedGroup, type MaskedLine } from './masked-group.ts';
import { mergeLines } from './merge.ts';

/** Merged groups go for this share of all; when merging does not help, new lines are counted only. */
const FULL_SHARE = 0.8;

/** See the file's head. */
export class PatternSet {
  /** Lines that there was no room for. */
  omittedLines = 0;
  readonly #buckets: number;
  readonly #linesMax: number;
  readonly #budget: ValueBudget = { left: PATTERN_VALUES_MAX };
  #groups = new Map<string, MaskedGroup>();
  /** Merged for good, by their number of words. */
  #general = new Map<number, MaskedGroup[]>();

  constructor(buckets: number, linesMax = PATTERN_LINES_MAX) {
    this.#buckets = buckets;
    this.#linesMax = linesMax;
  }

  /** Takes a line in. */
  add(line: MaskedLine): void {
    const masked = maskLine(line.words);
    const key = masked.join(' ');
    const group = this.#groups.get(key) ?? this.#fitting(masked) ?? this.#make(key, masked);
    if (group) group.add(line);
    else this.omittedLines++;
  }

  /** The merged groups. */
  merged(): MaskedGroup[] {
    // Room for values is not needed: there are no more than in the groups themselves.
    return this.#merge({ left: Number.POSITIVE_INFINITY });
  }

  #make(key: string, masked: readonly string[]): MaskedGroup | undefined {
    if (this.#groups.size >= this.#linesMax) {
      if (this.#general.size > 0 && this.#groups.size > this.#linesMax * FULL_SHARE) {
        const before = this.#groups.size;
        if (this.#isStuck) return undefined;
        this.#settle();
        if (this.#groups.size > before * FULL_SHARE) this.#isStuck = true;
      } else this.#settle();
      if (this.#groups.size >= this.#linesMax) return undefined;
      const fitting = this.#fitting(masked);
      if (fitting) return fitting;
    }
    const group = new MaskedGroup(masked, this.#buckets, this.#budget);
    this.#groups.set(key, group);
    return group;
  }

  #isStuck = false;

  #settle(): void {
    const budget: ValueBudget = { left: PATTERN_VALUES_MAX };
    const merged = this.#merge(budget);
    this.#budget.left = budget.left;
    this.#groups = new Map(merged.map((group) => [group.words.join(' '), group]));
    this.#general = new Map();
    for (const group of merged) {
      const { length } = group.words;
      const same = this.#general.get(length);
      if (same) same.push(group);
      else this.#general.set(length, [group]);
    }
  }

  #fitting(masked: readonly string[]): MaskedGroup | undefined {
    return this.#general
      .get(masked.length)
      ?.find(({ words }) => words.every((word, place) => wordFits(word, masked[place] ?? '')));
  }

  #merge(budget: ValueBudget): MaskedGroup[] {
    const groups = [...this.#groups.values()];
    const patterns = mergeLines(groups.map(({ words }) => words));
    const merged = new Map<readonly string[], MaskedGroup>();
    for (const group of groups) {
      const words = patterns.get(group.words) ?? group.words;
      let whole = merged.get(words);
      if (!whole) {
        whole = new MaskedGroup(words, this.#buckets, budget);
        merged.set(words, whole);
      }
      whole.merge(group);
    }
    return [...merged.values()];
  }
}
