/** The address of a search: everything that the Search page shows is in it. */
import { LIST_COLUMNS_MAX } from '@apiary/common/limits/screens.ts';
import { type QueryField, queryFieldsSchema } from '@apiary/common/messages/query-field.ts';
import { DEFAULT_RANGE, formatDuration, parseDuration, type TimeRange } from './time-range.ts';

/** What the page shows of the lines found. */
export const SEARCH_TABS = ['lines', 'patterns', 'fields'] as const;

/** See {@link SEARCH_TABS}. */
export type SearchTab = (typeof SEARCH_TABS)[number];

/** What an address says. */
export interface SearchAddress {
  readonly query: string;
  readonly range: TimeRange;
  /** The id of the open line. */
  readonly line: string | undefined;
  readonly wrap: boolean;
  readonly tab: SearchTab;
  /** Fields of the lines that have a column. */
  readonly columns: readonly string[];
  /** Fields that are defined beside the query. */
  readonly fields: readonly QueryField[];
}

/** The members of an address that are not as usual. */
export type AddressParts = Pick<SearchAddress, 'query' | 'range'> & Partial<SearchAddress>;

/** Reads the part of an address behind `?`. What cannot be read is as if it were absent. */
export function parseAddress(search: string): SearchAddress {
  const params = new URLSearchParams(search);
  return {
    query: params.get('q') ?? '',
    range: parseRange(params),
    line: params.get('line') ?? undefined,
    wrap: params.get('wrap') === '1',
    tab: SEARCH_TABS.find((tab) => tab === params.get('tab')) ?? 'lines',
    columns: params.getAll('column').slice(0, LIST_COLUMNS_MAX),
    fields: parseFields(params.get('fields')),
  };
}

/** The part of an address behind `?`; empty members are left out. */
export function formatAddress(address: AddressParts): string {
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
  if (address.tab !== undefined && address.tab !== 'lines') params.set('tab', address.tab);
  for (const column of address.columns ?? []) params.append('column', column);
  if (address.fields && address.fields.length > 0) {
    params.set('fields', JSON.stringify(address.fields));
  }
  return params.toString();
}

function parseFields(text: string | null): readonly QueryField[] {
  if (text === null) return [];
  try {
    const parsed = queryFieldsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
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
