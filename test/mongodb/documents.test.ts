/** The contract of documents on a server with MongoDB's protocol, and what happens when that is away. */
import { randomUUID } from 'node:crypto';
import { describeDocuments } from '@apiary/common/documents/documents.contract.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { MONGODB_DELETES_AT_ONCE } from '@apiary/common/limits/mongodb.ts';
import { connectDatabase } from '@apiary/common/mongodb/database.ts';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { mongoForThisFile } from '../harness/mongo.ts';

const mongo = mongoForThisFile();

function newStore() {
  const url = mongo().url(`apiary-test-${randomUUID()}`);
  return {
    url,
    open: () => openDocuments(url),
    remove: async () => {
      const database = await connectDatabase(url);
      await database.drop();
      await database.close();
    },
  };
}

describeDocuments('mongodb', async () => newStore());

const NOTES = {
  name: 'notes',
  schema: z.object({ id: z.string(), deep: z.record(z.string(), z.array(z.array(z.unknown()))) }),
  indexes: [],
};

describe('documents on MongoDB', () => {
  test('any JSON comes back, with names and nesting that the server itself would refuse', async () => {
    const store = newStore();
    const documents = await store.open();
    const notes = await documents.collection(NOTES);
    const note = { id: 'a$.\u0000', deep: { '$set.a': [[1, null, { '': -0.5 }]], '\u0000': [] } };
    await notes.insert(note);
    expect((await notes.get(note.id))?.document).toEqual(note);
    await documents.close();
    await store.remove();
  });

  test('a server that was killed is asked again once it is back, and nothing is lost', async () => {
    if (mongo().kind === 'given') return;
    const store = newStore();
    const documents = await store.open();
    const notes = await documents.collection(NOTES);
    await notes.insert({ id: 'before', deep: {} });
    await mongo().kill();
    const writing = notes.insert({ id: 'meanwhile', deep: {} }).then(
      () => 'written',
      (error: unknown) => error,
    );
    await mongo().start();
    const outcome = await writing;
    if (outcome !== 'written') expect(outcome).toMatchObject({ code: 'store-unreachable' });
    await notes.put({ id: 'after', deep: {} });
    const ids = (await notes.find()).map(({ document }) => document.id);
    expect(ids.filter((id) => id !== 'meanwhile')).toEqual(['after', 'before']);
    await documents.close();
    await store.remove();
  });

  test('an address without a server says so', async () => {
    await expect(
      openDocuments('mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300'),
    ).rejects.toMatchObject({ code: 'store-unreachable' });
    await expect(openDocuments('mongodb://')).rejects.toMatchObject({ code: 'setting-invalid' });
  });
});

test('rows are deleted together, in any number, and those that are not there harm nobody', async () => {
  const database = await connectDatabase(mongo().url(`apiary-test-${randomUUID()}`));
  const table = await database.table('rows');
  const ids = Array.from({ length: MONGODB_DELETES_AT_ONCE + 20 }, (_, index) => `row/${index}`);
  await table.insertAll(ids.map((_id) => ({ _id, version: 1 })));
  await table.deleteAll(['row/none', ...ids.slice(1), 'row/7']);
  await table.deleteAll([]);
  expect(await table.find({}, { after: '', limit: 10 })).toEqual([{ _id: 'row/0', version: 1 }]);
  await database.drop();
  await database.close();
});
