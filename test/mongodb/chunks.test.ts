/** The contract of chunks on a server with MongoDB's protocol. */
import { randomUUID } from 'node:crypto';
import { describeChunkStore } from '@apiary/common/chunks/chunks.contract.ts';
import { openMongoStore } from '@apiary/common/chunks/mongodb/mongo-store.ts';
import { connectDatabase } from '@apiary/common/mongodb/database.ts';
import { mongoForThisFile } from '../harness/mongo.ts';

const mongo = mongoForThisFile();

describeChunkStore(
  'chunks on MongoDB',
  async () => {
    const url = mongo().url(`apiary-test-${randomUUID()}`);
    return {
      open: (options) => openMongoStore({ url, ...options }),
      remove: async () => {
        const database = await connectDatabase(url);
        await database.drop();
        await database.close();
      },
    };
  },
  'many',
);
