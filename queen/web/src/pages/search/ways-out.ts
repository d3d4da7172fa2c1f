/** What a person may try when nothing matches: a longer time, or the query without one of its parts. */
import { formatQuery } from '@apiary/common/query/format.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { SearchAddress } from '../../state/address.ts';
import type { TimeRange } from '../../state/time-range.ts';

const DAY_MS = 86_400_000;
/** Parts of a query that are offered to be left out. */
const PARTS_MAX = 3;

/** One way out. `query` is the part of a query that the label ends with. */
export interface WayOut {
  readonly key: string;
  readonly label: string;
  readonly query?: string;
  readonly change: Partial<SearchAddress>;
}

/** The ways out of a search that found nothing. */
export function waysOut(query: string, range: TimeRange): WayOut[] {
  const ways: WayOut[] = [];
  if (range.kind !== 'all') {
    if (range.kind === 'between' || range.durationMs < DAY_MS) {
      const day: TimeRange = { kind: 'last', durationMs: DAY_MS };
      ways.push({ key: 'day', label: 'Look back 24 hours', change: { range: day } });
    }
    ways.push({ key: 'all', label: 'Look at all time', change: { range: { kind: 'all' } } });
  }
  const parsed = parseQuery(query);
  if (!parsed.ok || parsed.query.kind !== 'and') return ways;
  const operands = parsed.query.operands;
  for (const part of operands.slice(-PARTS_MAX).reverse()) {
    const others = operands.filter((operand) => operand !== part);
    const only = others.length === 1 ? others[0] : undefined;
    const rest = only ?? { ...parsed.query, operands: others };
    const text = formatQuery(part);
    ways.push({
      key: `without ${text}`,
      label: 'Take out',
      query: text,
      change: { query: formatQuery(rest) },
    });
  }
  return ways;
}
