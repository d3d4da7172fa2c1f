/** A search's counts as categories of a chart. */
import type { Histogram } from '@apiary/common/messages/actions/honeycomb.ts';
import type { QueryField } from '@apiary/common/messages/query-field.ts';
import type { ChartColor, ChartSeries } from '../../charts/series.ts';
import { safeText } from '../../log-list/display.ts';
import { LEVELS_WORST_FIRST, type LevelOrNone, levelTotal } from '../../state/counts.ts';
import type { FieldCounts } from '../../state/search-fields.ts';

const COLOR: Readonly<Record<LevelOrNone, ChartColor>> = {
  fatal: 5,
  error: 3,
  warn: 6,
  info: 1,
  debug: 4,
  trace: 7,
  none: 8,
};

/** By level, those that occur. */
export function levelSeries(histogram: Histogram | undefined): ChartSeries[] {
  if (!histogram) return [];
  return LEVELS_WORST_FIRST.flatMap((level) => {
    const total = levelTotal(histogram, level);
    if (total === 0) return [];
    const name = level === 'none' ? 'no level' : level;
    return [
      { key: level, name, color: COLOR[level], total, points: histogram.levels[level] ?? [] },
    ];
  });
}

/** By the members of a field, and the rest where its maker wants it. */
export function fieldSeries(field: QueryField, counts: FieldCounts): ChartSeries[] {
  const members = field.members.flatMap(({ name, color }, at) => {
    const count = counts.members[at];
    // The schema bounds it to the eight colours of charts.
    return count
      ? [{ key: `${at}`, name: safeText(name), color: color as ChartColor, ...count }]
      : [];
  });
  if (!field.rest) return members;
  return [...members, { key: 'rest', name: 'everything else', color: 8, ...counts.rest }];
}
