/** What every driver of `Documents` promises, as tests. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Collection, CollectionDefinition, DocumentChange, Documents } from './documents.ts';
import { eachDocument } from './pages.ts';

const fruitSchema = z.object({
  id: z.string().min(1),
  colour: z.enum(['red', 'green', 'yellow']),
  ripe: z.boolean(),
  count: z.number().int(),
  note: z.string().default('none'),
});
type Fruit = z.output<typeof fruitSchema>;

const FRUITS: CollectionDefinition<Fruit> = {
  name: 'contract-fruits',
  schema: fruitSchema,
  indexes: ['colour', 'ripe', 'count'],
};

const apple: Fruit = { id: 'apple', colour: 'red', ripe: true, count: 0, note: '“ä” \u0000 ok' };

/** One empty store that may be opened several times, as several processes do. */
export interface DocumentsStore {
  open(): Promise<Documents>;
  /** Closes nothing that was opened; removes the store. */
  remove(): Promise<void>;
}

/** Runs the contract against a driver; `make` gives a new empty store. */
export function describeDocuments(name: string, make: () => Promise<DocumentsStore>): void {
  describe(`documents: ${name}`, () => {
    let store: DocumentsStore;
    let first: Documents;
    let second: Documents;
    let fruits: Collection<Fruit>;
    let elsewhere: Collection<Fruit>;

    beforeEach(async () => {
      store = await make();
      first = await store.open();
      second = await store.open();
      fruits = await first.collection(FRUITS);
      elsewhere = await second.collection(FRUITS);
    });

    afterEach(async () => {
      await first.close();
      await second.close();
      await store.remove();
    });

    test('what is inserted is read as it was, also over another connection', async () => {
      expect(await fruits.insert(apple)).toEqual({ document: apple, version: 1 });
      expect(await elsewhere.get('apple')).toEqual({ document: apple, version: 1 });
      expect(await fruits.get('pear')).toBeUndefined();
    });

    test('what is written outlives the connection', async () => {
      await fruits.insert(apple);
      await first.close();
      first = await store.open();
      expect((await (await first.collection(FRUITS)).get('apple'))?.document).toEqual(apple);
    });

    test('a second insert of an id is refused', async () => {
      await fruits.insert(apple);
      await expect(elsewhere.insert(apple)).rejects.toMatchObject({ code: 'already-exists' });
    });

    test('of a bulk each write succeeds or fails by itself', async () => {
      const ids = ['a', 'b', 'a', 'c'];
      const outcomes = await Promise.allSettled(ids.map((id) => fruits.insert({ ...apple, id })));
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(await fruits.count()).toBe(3);
    });

    test('replace wants exactly the version that is there', async () => {
      await fruits.insert(apple);
      expect((await fruits.replace({ ...apple, count: 1 }, 1)).version).toBe(2);
      await expect(elsewhere.replace({ ...apple, count: 9 }, 1)).rejects.toMatchObject({
        code: 'conflict',
      });
      await expect(fruits.replace({ ...apple, id: 'pear' }, 1)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect((await fruits.get('apple'))?.document.count).toBe(1);
    });

    test('put writes whatever is there and counts the version up', async () => {
      expect((await fruits.put(apple)).version).toBe(1);
      expect((await elsewhere.put({ ...apple, count: 5 })).version).toBe(2);
      expect((await fruits.get('apple'))?.document.count).toBe(5);
    });

    test('no update is lost among concurrent writers of two connections', async () => {
      const raise = (collection: Collection<Fruit>) =>
        collection.update('apple', (fruit) => ({
          ...(fruit ?? apple),
          count: (fruit ?? apple).count + 1,
        }));
      const writers = Array.from({ length: 50 }, () => [raise(fruits), raise(elsewhere)]).flat();
      await Promise.all(writers);
      expect(await fruits.get('apple')).toMatchObject({ version: 100, document: { count: 100 } });
    });

    test('of concurrent replaces of one version exactly one wins', async () => {
      await fruits.insert(apple);
      const outcomes = await Promise.allSettled(
        [fruits, elsewhere, fruits, elsewhere].map((collection, count) =>
          collection.replace({ ...apple, count }, 1),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await fruits.get('apple'))?.version).toBe(2);
    });

    test('an update that returns undefined leaves all as it is', async () => {
      expect(await fruits.update('apple', () => undefined)).toBeUndefined();
      await fruits.insert(apple);
      expect(await fruits.update('apple', () => undefined)).toEqual({
        document: apple,
        version: 1,
      });
      expect((await fruits.get('apple'))?.version).toBe(1);
    });

    test('an update that throws or changes the id writes nothing', async () => {
      await fruits.insert(apple);
      const failing = fruits.update('apple', () => {
        throw new TypeError('no');
      });
      const renaming = fruits.update('apple', () => ({ ...apple, id: 'pear' }));
      const fine = fruits.update('apple', () => ({ ...apple, count: 3 }));
      await expect(failing).rejects.toThrow();
      await expect(renaming).rejects.toMatchObject({ code: 'request-invalid' });
      expect((await fine)?.version).toBe(2);
      expect(await fruits.count()).toBe(1);
    });

    test('delete says whether there was something and may want a version', async () => {
      expect(await fruits.delete('apple')).toBe(false);
      expect(await fruits.delete('apple', 1)).toBe(false);
      await fruits.insert(apple);
      await expect(elsewhere.delete('apple', 2)).rejects.toMatchObject({ code: 'conflict' });
      expect(await elsewhere.delete('apple', 1)).toBe(true);
      expect(await fruits.get('apple')).toBeUndefined();
    });

    test('filters are equality on indexed fields, all of them; lists mean any', async () => {
      const colours = ['red', 'green', 'yellow'] as const;
      await Promise.all(
        colours.map((colour, count) =>
          fruits.insert({ ...apple, id: colour, colour, count, ripe: count > 0 }),
        ),
      );
      const ids = async (...filter: Parameters<typeof fruits.find>) =>
        (await fruits.find(...filter)).map(({ document }) => document.id);
      expect(await ids()).toEqual(['green', 'red', 'yellow']);
      expect(await ids({ colour: 'red' })).toEqual(['red']);
      expect(await ids({ ripe: true })).toEqual(['green', 'yellow']);
      expect(await ids({ ripe: true, count: 2 })).toEqual(['yellow']);
      expect(await ids({ colour: ['red', 'yellow'] })).toEqual(['red', 'yellow']);
      expect(await ids({ ripe: [false], count: [0, 1] })).toEqual(['red']);
      expect(await ids({ colour: [] })).toEqual([]);
      expect(await fruits.count({ ripe: true })).toBe(2);
      await expect(fruits.find({ note: 'none' })).rejects.toMatchObject({
        code: 'request-invalid',
      });
      await expect(fruits.count({ note: 'none' })).rejects.toMatchObject({
        code: 'request-invalid',
      });
    });

    test('pages are ordered by id and bounded', async () => {
      const ids = Array.from({ length: 1005 }, (_, index) => `f${String(index).padStart(4, '0')}`);
      await Promise.all(ids.map((id) => fruits.insert({ ...apple, id })));
      expect(await fruits.find()).toHaveLength(1000);
      expect(await fruits.find({}, { limit: 5000 })).toHaveLength(1000);
      const page = await fruits.find({ colour: 'red' }, { after: 'f0999', limit: 2 });
      expect(page.map(({ document }) => document.id)).toEqual(['f1000', 'f1001']);
      const all: string[] = [];
      for await (const { document } of eachDocument(elsewhere)) all.push(document.id);
      expect(all).toEqual(ids);
    });

    test('the shape is checked at every write, and defaults are filled in', async () => {
      // Deliberately of the wrong shape, as from untyped code.
      const wrong = { ...apple, colour: 'blue' } as unknown as Fruit;
      await expect(fruits.insert(wrong)).rejects.toMatchObject({
        code: 'request-invalid',
        message: expect.stringContaining('contract-fruits.colour'),
      });
      await expect(fruits.put(wrong)).rejects.toMatchObject({ code: 'request-invalid' });
      await expect(fruits.update('apple', () => wrong)).rejects.toMatchObject({
        code: 'request-invalid',
      });
      const { note: _, ...bare } = apple;
      // As from untyped code again: the field has a default.
      expect((await fruits.insert(bare as Fruit)).document.note).toBe('none');
    });

    test('the shape is checked at every read', async () => {
      const loose: CollectionDefinition<{ id: string }> = {
        name: FRUITS.name,
        schema: z.looseObject({ id: z.string() }),
        indexes: [],
      };
      await (await second.collection(loose)).insert({ id: 'stone' });
      await expect(fruits.get('stone')).rejects.toMatchObject({ code: 'store-corrupt' });
      await expect(fruits.find()).rejects.toMatchObject({ code: 'store-corrupt' });
    });

    test('a collection may be opened twice, with an index more', async () => {
      await fruits.insert({ ...apple, note: 'sour' });
      const more = await second.collection({ ...FRUITS, indexes: ['colour', 'note'] });
      expect(await more.find({ note: 'sour' })).toHaveLength(1);
    });

    test('a name that is no collection name is refused', async () => {
      await expect(first.collection({ ...FRUITS, name: 'x"; --' })).rejects.toMatchObject({
        code: 'request-invalid',
      });
    });

    test('listeners are told of what was written here, after it was', async () => {
      const changes: DocumentChange[] = [];
      const stop = first.onChange((change) => changes.push(change));
      await fruits.insert(apple);
      await expect(fruits.insert(apple)).rejects.toThrow();
      await fruits.update('apple', () => undefined);
      await fruits.update('apple', () => ({ ...apple, count: 1 }));
      await fruits.delete('apple');
      await fruits.delete('apple');
      await elsewhere.insert({ ...apple, id: 'pear' });
      stop();
      await fruits.put(apple);
      const collection = FRUITS.name;
      expect(changes).toEqual([
        { collection, id: 'apple', kind: 'written' },
        { collection, id: 'apple', kind: 'written' },
        { collection, id: 'apple', kind: 'deleted' },
      ]);
    });
  });
}
