/** What search threads answer together with the thread that takes lines in is what that one answers alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChunkStore, NewChunk } from '@apiary/common/chunks/chunks.ts';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { SEARCH_THREAD_IDLE_MS, SEARCH_THREAD_PAUSE_MS_MIN } from '@apiary/common/limits/search.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { type SearchPart, searchRequestSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { sealBatch } from '../../chunk/seal-batch.ts';
import { ChunkList } from '../../holdings/chunk-list.ts';
import { Holdings } from '../../holdings/holdings.ts';
import { Figures } from '../../metrics.ts';
import { batchOfStreams, OBSERVED } from '../../testing/batches.ts';
import { ChunkCache } from '../chunk-cache.ts';
import { Search } from '../search.ts';
import type { ToThread } from './search-messages.ts';
import { SearchThreads } from './search-threads.ts';
import { HERE } from './sharing.ts';

const CHUNKS = 7;
const ROWS = 150;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const LEVELS = ['info', 'warn', 'error'];

async function chunkOf(index: number): Promise<NewChunk> {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    // Chunks overlap in time, and many rows share theirs.
    const second = String((index * 5 + row) % 40).padStart(2, '0');
    const level = LEVELS[(row * 7 + index) % LEVELS.length];
    return Buffer.from(
      `2026-01-20T00:00:${second}Z level=${level} order ${row} took ${row * index} ms`,
    );
  });
  const host = `host-${index % 3}`;
  const generation = index.toString(16).padStart(16, '0');
  const batch = batchOfStreams([{ rows, source: { host, generation } }]);
  const partition = { day: '2026-01-20', retentionClass: 'default' };
  return await sealBatch(batch, { id: `chunk-${index}`, partition });
}

/** Goes to a thread as an object with nothing in it. */
class IterableHere {
  *[Symbol.iterator](): Generator<string> {
    yield 'chunk-6';
  }
}

interface Answer {
  readonly records: readonly LogRecord[];
  readonly done: Extract<SearchPart, { type: 'done' }> | undefined;
  readonly counts: Extract<SearchPart, { type: 'counts' }> | undefined;
}

describe('search threads', () => {
  let folder: string;
  let store: ChunkStore;
  let chunks: NewChunk[];
  let clock: ManualClock;
  let threads: SearchThreads;
  let figures: Figures;
  let logged: object[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'apiary-threads-'));
    store = openSqliteStore({ folder });
    chunks = await Promise.all(Array.from({ length: CHUNKS }, (_, index) => chunkOf(index)));
    await store.replace([], chunks);
  });

  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    clock = new ManualClock(OBSERVED);
    figures = new Figures(new Metrics());
    logged = [];
    threads = threadsOf(folder);
  });

  function threadsOf(chunkFolder: string, count = 2): SearchThreads {
    const note = (fields: object, event: string) => logged.push({ ...fields, event });
    const log = { ...createSilentLogger(), error: note };
    return new SearchThreads({
      folder: chunkFolder,
      clock,
      log,
      figures,
      count,
      sharedBytesMin: 0,
    });
  }

  afterEach(async () => {
    await threads.stop();
  });

  const searchOf = (holdings: Holdings, withThreads: boolean) =>
    new Search({
      ...{ holdings, cache: new ChunkCache(store, clock), clock },
      figures: new Figures(new Metrics()),
      ...(withThreads && { threads }),
    });

  async function ask(search: Search, request: object, signal?: AbortSignal): Promise<Answer> {
    const records: LogRecord[] = [];
    let [done, counts]: [Answer['done'], Answer['counts']] = [undefined, undefined];
    for await (const part of search.run(searchRequestSchema.parse(request), signal)) {
      if (part.type === 'records') records.push(...part.records);
      else if (part.type === 'counts') counts = part;
      else done = { ...part, elapsedMs: 0 };
    }
    return { records, counts, done };
  }

  const both = (holdings = new Holdings(chunks.map(({ entry }) => entry))) => {
    const alone = searchOf(holdings, false);
    return { alone, together: searchOf(holdings, true) };
  };

  /** Who is asked for all chunks, and which of them are whose, by place. */
  function shared(list = ChunkList.of(chunks.map(({ entry }) => entry))) {
    const shares = threads.shareOut(list, ALWAYS);
    const byHolder = Map.groupBy(list.chunks, ({ home = 0 }) => shares?.holders[home]);
    const idsOf = (holder: number) => byHolder.get(holder)?.map(({ id }) => id) ?? [];
    return {
      here: idsOf(HERE),
      there: shares?.there.map(({ thread, holder }) => ({ thread, chunks: idsOf(holder) })),
    };
  }

  const REQUESTS = [
    { query: 'order', limit: 0 },
    { query: 'level:error', limit: 20, histogram: { buckets: 12 } },
    { query: 'level:warn AND "order 7"', limit: 500, order: 'oldest' },
    { query: 'host:host-1', limit: 33, histogram: { buckets: 5 } },
    { query: '/took [0-9]*7 ms/', limit: 1_000 },
    { query: 'absent', limit: 10, histogram: { buckets: 3 } },
    { query: 'order', limit: 10, from: OBSERVED + 5_000, to: OBSERVED + 9_000 },
  ];

  test.each(REQUESTS)('answer $query together as one alone does', async (request) => {
    const { alone, together } = both();
    await threads.start();
    const expected = await ask(alone, request);
    expect(await ask(together, request)).toEqual(expected);
    expect(await ask(together, request)).toEqual(expected);
  });

  /** What is posted to threads while something is done. */
  async function posted(act: () => Promise<unknown>): Promise<ToThread[]> {
    const spy = jest.spyOn(Worker.prototype, 'postMessage');
    try {
      await act();
      return spy.mock.calls.map(([message]) => message as ToThread);
    } finally {
      spy.mockRestore();
    }
  }

  test('are told of all chunks once, and of changes after that', async () => {
    const holdings = new Holdings(chunks.map(({ entry }) => entry));
    const { alone, together } = both(holdings);
    const request = { query: 'order', limit: 50 };
    const ids = chunks.map(({ entry }) => entry.id);
    await threads.start();
    const toldOf = async () => {
      const expected = await ask(alone, request);
      const messages = await posted(async () =>
        expect(await ask(together, request)).toEqual(expected),
      );
      const changes = messages.flatMap((each) => (each.type === 'chunks' ? [each.change] : []));
      return changes.map(({ removed, added }) => ({ removed, added: [...added.ids].sort() }));
    };
    const whole = { removed: [], added: ids };
    expect(await toldOf()).toEqual([whole, whole]);
    expect(await toldOf()).toEqual([]);
    // Of this thread, so that each of the others has some left.
    const { list } = holdings.snapshot();
    const [one = '', two = ''] = shared(list).here;
    holdings.replace([one, two], []);
    const numbers = [...list.numbersOf(new Set([one, two]))];
    const gone = { removed: expect.arrayContaining(numbers), added: [] };
    expect(await toldOf()).toEqual([gone, gone]);
    // Both changes in one message.
    const entryOf = (id: string) => list.entries.filter((entry) => entry.id === id);
    holdings.replace([], entryOf(one));
    const [three = ''] = shared(list).here.filter((id) => id !== one && id !== two);
    holdings.replace([three], entryOf(two));
    const more = { removed: three ? [expect.any(Number)] : [], added: [one, two].sort() };
    expect(await toldOf()).toEqual([more, more]);
    expect(holdings.snapshot().list.numbers).toBe(CHUNKS);
  });

  test('are sent as much for a search of many chunks as for one of few', async () => {
    const bytesOf = async (count: number) => {
      const holdings = new Holdings(chunks.slice(0, count).map(({ entry }) => entry));
      const { together } = both(holdings);
      await ask(together, { query: 'order' });
      const messages = await posted(async () => await ask(together, { query: 'order' }));
      const searches = messages.filter(({ type }) => type === 'search');
      // The memory of claims is not copied.
      return searches.map((each) => JSON.stringify(each).length);
    };
    await threads.start();
    const few = await bytesOf(3);
    expect(few).toHaveLength(2);
    expect(await bytesOf(CHUNKS)).toEqual(few);
  });

  test('see the chunks that a search began with, whatever became of them meanwhile', async () => {
    const holdings = new Holdings(chunks.slice(1).map(({ entry }) => entry));
    const { alone, together } = both(holdings);
    await threads.start();
    const request = { query: 'order', limit: 0 };
    const expected = await ask(alone, request);
    const search = together.run(searchRequestSchema.parse(request));
    const first = search.next();
    const [added] = chunks;
    if (added) holdings.replace(['chunk-3', 'chunk-5'], [added.entry]);
    const after = ask(together, request);
    let done: SearchPart | undefined;
    for (let part = await first; !part.done; part = await search.next()) done = part.value;
    expect(done).toMatchObject({ total: expected.done?.total, missing: [] });
    expect(await after).toEqual(await ask(alone, request));
    expect((await after).done?.total).toBe((CHUNKS - 2) * ROWS);
  });

  test('that missed a change end, and what they should have looked at is looked at here', async () => {
    const holdings = new Holdings(chunks.map(({ entry }) => entry));
    const { alone, together } = both(holdings);
    await threads.start();
    const request = { query: 'order', limit: 40 };
    await ask(together, request);
    holdings.replace(['chunk-2'], []);
    const expected = await ask(alone, request);
    const post = Worker.prototype.postMessage;
    const spy = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
      this: Worker,
      message: ToThread,
    ) {
      if (message.type !== 'chunks') post.call(this, message);
    });
    try {
      expect(await ask(together, request)).toEqual(expected);
    } finally {
      spy.mockRestore();
    }
    expect(figures.get('searchThreadDeaths')).toBe(2);
    clock.advance(SEARCH_THREAD_PAUSE_MS_MIN);
    await threads.start();
    expect(await ask(together, request)).toEqual(expected);
    expect(figures.get('searchThreadDeaths')).toBe(2);
  });

  test.each(['newest', 'oldest'])(
    'give every record once, page by page, %s first',
    async (order) => {
      const { together } = both();
      await threads.start();
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const request = { query: 'order', limit: 37, order, ...(cursor && { cursor }) };
        const { records, done } = await ask(together, request);
        seen.push(...records.map(({ id }) => id));
        cursor = done?.next;
      } while (cursor !== undefined);
      expect(seen).toHaveLength(CHUNKS * ROWS);
      expect(new Set(seen).size).toBe(CHUNKS * ROWS);
    },
  );

  test('are not waited for by the search that starts them, and take part in later ones', async () => {
    const { together } = both();
    const first = await ask(together, { query: 'order', limit: 0 });
    await threads.start();
    const { entry } = chunks[0] as NewChunk;
    expect(shared(ChunkList.of([entry]))).toEqual({ here: [entry.id], there: [] });
    expect(await ask(together, { query: 'order', limit: 0 })).toEqual(first);
  });

  test('leave a chunk where it was searched first', async () => {
    await threads.start();
    const holdings = new Holdings(chunks.map(({ entry }) => entry));
    const places = () => {
      const { here, there } = shared(holdings.snapshot().list);
      return [here, ...(there?.map((share) => share.chunks) ?? [])];
    };
    const before = places();
    expect(before.map(({ length }) => length).sort()).toEqual([2, 2, 3]);
    threads.forget(['somebody else']);
    expect(places()).toEqual(before);
    // What is added goes where the fewest bytes are; the others stay.
    const most = before.findIndex(({ length }) => length === 3);
    const gone = new Set(before[most]?.slice(0, 2));
    holdings.replace([...gone], []);
    const left = before.map((ids) => ids.filter((id) => !gone.has(id)));
    expect(places()).toEqual(left);
    const back = chunks.flatMap(({ entry }) => (gone.has(entry.id) ? [entry] : []));
    holdings.replace([], back.slice(0, 1));
    expect(places()[most]).toEqual([...(left[most] ?? []), back[0]?.id]);
  });

  test('that end meanwhile are replaced by the thread that asked, and later started anew', async () => {
    const { alone, together } = both();
    await threads.start();
    const expected = await ask(alone, { query: 'level:error', limit: 40 });
    const shares = shared();
    const answer = ask(together, { query: 'level:error', limit: 40 });
    for (const { thread } of shares.there ?? []) await thread.stop();
    expect(await answer).toEqual(expected);
    await threads.start();
    expect(await ask(together, { query: 'level:error', limit: 40 })).toEqual(expected);
  });

  test('that die are counted, logged and after a pause replaced, and the others go on', async () => {
    const { alone, together } = both();
    await threads.start();
    const request = { query: 'level:error', limit: 40 };
    const expected = await ask(alone, request);
    const [first, second] = shared().there ?? [];
    expect(await ask(together, request)).toEqual(expected);
    // Not a message that it knows: a programmer's mistake ends it.
    first?.thread.forget(new IterableHere() as never);
    expect(await ask(together, request)).toEqual(expected);
    await first?.thread.ended();
    expect(figures.get('searchThreadDeaths')).toBe(1);
    const died = { event: 'search-thread-died', pauseMs: SEARCH_THREAD_PAUSE_MS_MIN };
    expect(logged).toEqual([{ ...died, error: expect.stringContaining('iterable') }]);
    const meanwhile = shared();
    expect(meanwhile.there?.map(({ thread }) => thread)).toEqual([second?.thread]);
    expect(meanwhile.here).toHaveLength(CHUNKS - (second?.chunks.length ?? 0));
    expect(await ask(together, request)).toEqual(expected);
    clock.advance(SEARCH_THREAD_PAUSE_MS_MIN);
    await threads.start();
    expect(shared().there).toHaveLength(2);
    expect(await ask(together, request)).toEqual(expected);
    expect(figures.get('searchThreadDeaths')).toBe(1);
  });

  test('that can never start are tried again after longer and longer pauses', async () => {
    const broken = threadsOf(join(folder, 'absent'), 1);
    const search = new Search({
      ...{ holdings: new Holdings(chunks.map(({ entry }) => entry)), clock, figures },
      ...{ cache: new ChunkCache(store, clock), threads: broken },
    });
    const pauses = [1, 2, 4].map((times) => times * SEARCH_THREAD_PAUSE_MS_MIN);
    for (const [index, pauseMs] of pauses.entries()) {
      await broken.start();
      expect(figures.get('searchThreadDeaths')).toBe(index + 1);
      expect(logged.at(-1)).toMatchObject({ event: 'search-thread-died', pauseMs });
      // Nothing is tried within the pause, and searches are answered here.
      clock.advance(pauseMs - 1);
      const { done } = await ask(search, { query: 'order', limit: 0 });
      expect(done).toMatchObject({ total: CHUNKS * ROWS, missing: [] });
      await broken.start();
      expect(figures.get('searchThreadDeaths')).toBe(index + 1);
      clock.advance(1);
    }
    await broken.stop();
  });

  test('that were stopped did not die', async () => {
    await threads.start();
    await threads.stop();
    expect(figures.get('searchThreadDeaths')).toBe(0);
    expect(logged).toEqual([]);
  });

  test('read nothing that the store does not have yet', async () => {
    const cache = new ChunkCache(store, clock);
    const fresh = await chunkOf(CHUNKS);
    cache.provide(fresh);
    const holdings = new Holdings([...chunks.map(({ entry }) => entry), fresh.entry]);
    const figures = new Figures(new Metrics());
    const search = new Search({ holdings, cache, clock, figures, threads });
    await threads.start();
    const { done } = await ask(search, { query: 'order', limit: 0 });
    expect(done).toMatchObject({ total: (CHUNKS + 1) * ROWS, missing: [] });
  });

  test('stop when nobody waits any more, and take the next search', async () => {
    const { together } = both();
    await threads.start();
    const aborted = AbortSignal.abort();
    await expect(ask(together, { query: 'order' }, aborted)).rejects.toMatchObject({
      code: 'deadline-passed',
    });
    const { done } = await ask(together, { query: 'order', limit: 0 });
    expect(done?.total).toBe(CHUNKS * ROWS);
  });

  test('are told when nobody waits for what a page leaves of their records', async () => {
    const { together } = both();
    await threads.start();
    const messages = await posted(async () => {
      const request = searchRequestSchema.parse({ query: 'order', limit: 1 });
      for await (const part of together.run(request)) if (part.type === 'records') break;
      await new Promise(setImmediate);
    });
    const cancelled = messages.flatMap((each) => (each.type === 'cancel' ? [each.id] : []));
    const begun = messages.flatMap((each) => (each.type === 'search' ? [each.id] : []));
    expect(begun).toHaveLength(2);
    expect(cancelled).toEqual(begun);
  });

  test('refuse what is no query as one alone does', async () => {
    const { together } = both();
    await threads.start();
    await expect(ask(together, { query: 'a AND' })).rejects.toMatchObject({ code: 'query-syntax' });
    await expect(ask(together, { query: 'a', cursor: 'x' })).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  test('end when no search used them for a while', async () => {
    await threads.start();
    const thread = shared().there?.[0]?.thread;
    clock.advance(SEARCH_THREAD_IDLE_MS - 1);
    expect(thread?.isOver).toBe(false);
    clock.advance(2);
    await thread?.stop();
    expect(thread?.isOver).toBe(true);
    expect(shared().there).toBeUndefined();
  });
});
