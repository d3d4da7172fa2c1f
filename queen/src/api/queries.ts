import type { SavedQueries } from '../saved-queries.ts';
import type { Handlers } from './handler.ts';

/** Saved queries. */
export function queryHandlers(
  saved: SavedQueries,
): Handlers<'listQueries' | 'saveQuery' | 'removeQueries'> {
  return {
    listQueries: async ({ actor }) => ({ queries: await saved.list(actor) }),
    saveQuery: async ({ body, actor }) => ({ query: await saved.save(body, actor) }),
    removeQueries: async ({ body, actor }) => ({ removed: await saved.remove(body.ids, actor) }),
  };
}
