import type { Collection, Filter, Identified, Versioned } from './documents.ts';

/** All documents of a collection that match, by id, read page by page. */
export async function* eachDocument<T extends Identified>(
  collection: Collection<T>,
  filter: Filter<T> = {},
): AsyncGenerator<Versioned<T>> {
  let after = '';
  for (;;) {
    const page = await collection.find(filter, { after });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.document.id;
  }
}
