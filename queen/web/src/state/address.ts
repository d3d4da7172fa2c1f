/** The address of a search: everything that the Search page shows is in it. */
import { DEFAULT_RANGE, formatDuration, parseDuration, type TimeRange } from './time-range.ts';

/** What an address says. */
export interface SearchAddress {
  readonly query: string;
  readonly range: TimeRange;
  /** The id of the open line. */
  readonly line: string | undefined;
  readonly wrap: boolean;
}

/** Reads the part of an address behind `?`. What cannot be read is as if it were absent. */
export function parseAddress(search: string): SearchAddress {
  const params = new URLSearchParams(search);
  return {
    query: params.get('q') ?? '',
    range: parseRange(params),
    line: params.get('line') ?? undefined,
    wrap: params.get('wrap') === '1',
  };
}

/** The part of an address behind `?`; empty members are left out. */
export function formatAddress(address: SearchAddress): string {
  const params = new URLSearchParams();
  if (address.query !== '') params.set('q', address.query);
  const range = address.range;
  if (range.kind === 'all') params.set('range', 'all');
  else if (range.kind === 'last') {
    if (range.durationMs !== durationOfDefault()) {
      params.set('range', formatDuration(range.durationMs));
    }
  } else {
    params.set('from', new Date(range.fromMs).toISOString());
    params.set('to', new Date(range.toMs).toISOString());
  }
  if (address.wrap) params.set('wrap', '1');
  if (address.line !== undefined) params.set('line', address.line);
  return params.toString();
}

function durationOfDefault(): number {
  return DEFAULT_RANGE.kind === 'last' ? DEFAULT_RANGE.durationMs : 0;
}

function parseRange(params: URLSearchParams): TimeRange {
  const fromMs = Date.parse(params.get('from') ?? '');
  const toMs = Date.parse(params.get('to') ?? '');
  if (fromMs < toMs) return { kind: 'between', fromMs, toMs };
  const range = params.get('range');
  if (range === 'all') return { kind: 'all' };
  const durationMs = parseDuration(range ?? '');
  return durationMs === undefined ? DEFAULT_RANGE : { kind: 'last', durationMs };
}
