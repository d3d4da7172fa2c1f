/**
 * How well lines are put into groups, as papers on log parsing measure it (group accuracy: Zhu et al.,
 * «Tools and Benchmarks for Automated Log Parsing», 2019): a line counts when its group is exactly the set
 * of lines that the ground truth says are the same event.
 */
import { maskLine, patternWords } from '@apiary/hive/honeycomb/patterns/mask.ts';
import { mergeLines } from '@apiary/hive/honeycomb/patterns/merge.ts';

/** A line without its time, level and program, and which event it is. */
export interface LabelledLine {
  readonly line: string;
  readonly event: string;
}

/** The share of lines in a right group, 0 to 1. Without lines: 0. */
export function groupAccuracy(lines: readonly LabelledLine[]): number {
  if (lines.length === 0) return 0;
  const truth = groupsOf(lines.map(({ event }) => event));
  const sets = new Set(truth.map((group) => group.join()));
  const found = groupsOf(patternsOf(lines.map(({ line }) => line)));
  const right = found.filter((group) => sets.has(group.join()));
  return right.reduce((sum, group) => sum + group.length, 0) / lines.length;
}

/** The pattern of each line, by the product's own rules. */
function patternsOf(lines: readonly string[]): string[] {
  const masked = new Map<string, string[]>();
  const keys = lines.map((line) => {
    const words = maskLine(patternWords(line, 0));
    const key = words.join(' ');
    if (!masked.has(key)) masked.set(key, words);
    return key;
  });
  const merged = mergeLines([...masked.values()]);
  return keys.map((key) => merged.get(masked.get(key) ?? [])?.join(' ') ?? key);
}

/** Indexes of equal labels. */
function groupsOf(labels: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, label] of labels.entries()) {
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  }
  return [...groups.values()];
}
