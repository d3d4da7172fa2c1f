import { existsSync } from 'node:fs';
import { atLeast, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { groupAccuracy } from './patterns/accuracy.ts';
import { readLabelled } from './patterns/labelled-samples.ts';
import { ownTruth } from './patterns/own-truth.ts';

const ACCURACY_GOAL = 0.9;

/** How well patterns group lines, by a ground truth. */
export const patternsBench: Bench = {
  name: 'patterns',
  summary:
    'Group accuracy of patterns, the same rules for all systems: the share of lines whose group is exactly the ground truth’s. The rules were made looking at the very files of loghub that this measures, so other logs can fare worse',
  run: async (options) => rowsOf(options),
};

function rowsOf({ samples, report }: BenchOptions): BenchRow[] {
  const systems = samples !== undefined && existsSync(samples) ? readLabelled(samples) : [];
  if (systems.length === 0) {
    report('no samples with a ground truth: a small one of our own making is measured');
    return [
      atLeast('own made-up ground truth', rounded(groupAccuracy(ownTruth())), ACCURACY_GOAL, ''),
    ];
  }
  const found = systems.map(({ system, lines }) => ({
    name: `${system}, ${lines.length} lines`,
    value: groupAccuracy(lines),
  }));
  const average = found.reduce((sum, { value }) => sum + value, 0) / found.length;
  return [
    ...found.map(({ name, value }) => ({ name, value: rounded(value), unit: '' })),
    atLeast(`average of ${found.length} systems`, rounded(average), ACCURACY_GOAL, ''),
  ];
}

function rounded(share: number): number {
  return Number(share.toFixed(4));
}
