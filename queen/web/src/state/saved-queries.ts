/** Saved queries of this person and of the team. */
import {
  type SavedQuery,
  type SavedQueryInput,
  savedQuerySchema,
} from '@apiary/common/messages/saved-query.ts';
import { z } from 'zod';
import { formatAddress, type SearchAddress } from './address.ts';
import { callApi, messageOf } from './http.ts';
import { Store } from './store.ts';
import { parseDuration, type TimeRange } from './time-range.ts';

const listSchema = z.object({ queries: z.array(savedQuerySchema) });
const savedSchema = z.object({ query: savedQuerySchema });

/** What is known of them. */
export interface SavedQueriesState {
  readonly queries: readonly SavedQuery[];
  readonly failure: string | undefined;
}

/** Reads, saves and removes them. Every list is read when it is looked at. */
export class SavedQueryList {
  readonly state = new Store<SavedQueriesState>({ queries: [], failure: undefined });

  /** Reads the list anew; a failure is told by the state. */
  load(): void {
    callApi('/api/queries', listSchema)
      .then(({ queries }) => this.state.set({ queries, failure: undefined }))
      .catch((thrown: unknown) => this.state.patch({ failure: messageOf(thrown) }));
  }

  /** Saves one. @throws AppError */
  async save(body: SavedQueryInput): Promise<SavedQuery> {
    const { query } = await callApi('/api/queries', savedSchema, { method: 'POST', body });
    this.load();
    return query;
  }

  /** Removes one. @throws AppError */
  async remove(id: string): Promise<void> {
    await callApi('/api/queries/remove', z.unknown(), { method: 'POST', body: { ids: [id] } });
    this.load();
  }
}

/** The range of a search as it is saved; undefined for the usual one. */
export function savedRange(range: TimeRange): string | undefined {
  const params = new URLSearchParams(formatAddress({ query: '', range }));
  const from = params.get('from');
  if (from !== null) return `${from}/${params.get('to')}`;
  return params.get('range') ?? undefined;
}

/** What a saved query shows. */
export function savedAddress(saved: SavedQuery, usual: TimeRange): SearchAddress {
  return {
    query: saved.query,
    range: rangeOf(saved.range) ?? usual,
    line: undefined,
    wrap: false,
    tab: 'lines',
    columns: [],
    fields: saved.fields ?? [],
  };
}

function rangeOf(text: string | undefined): TimeRange | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return { kind: 'all' };
  const [fromMs, toMs] = text.split('/').map((part) => Date.parse(part));
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) {
    return { kind: 'between', fromMs, toMs };
  }
  const durationMs = parseDuration(text);
  return durationMs === undefined ? undefined : { kind: 'last', durationMs };
}
