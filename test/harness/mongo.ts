/** A server with MongoDB's protocol for all tests of a file. */
import { afterAll, beforeAll } from '@jest/globals';
import { type MongoService, provideMongo } from '../../scripts/services.ts';

/** Starts it before the file's tests and ends it after them. Gives it once it runs. */
export function mongoForThisFile(): () => MongoService {
  let mongo: MongoService | undefined;
  beforeAll(async () => {
    mongo = await provideMongo({ environment: process.env });
  }, 300_000);
  afterAll(async () => {
    await mongo?.stop();
  }, 60_000);
  return () => {
    if (!mongo) throw new Error('only tests may ask for it');
    return mongo;
  };
}
