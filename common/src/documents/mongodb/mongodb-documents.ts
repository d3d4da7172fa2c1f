/** Documents in a database of MongoDB, or of FerretDB v1: a table for each collection. */
import { AppError } from '../../errors.ts';
import { connectDatabase, type Database, type DatabaseOptions } from '../../mongodb/database.ts';
import { isProperName } from '../check.ts';
import type {
  Collection,
  CollectionDefinition,
  DocumentChange,
  Documents,
  Identified,
} from '../documents.ts';
import { fieldPath, MongoCollection } from './mongodb-collection.ts';

/** Connects; see {@link connectDatabase}. @throws AppError `setting-invalid`, `store-unreachable` */
export async function openMongoDocuments(
  url: string,
  options: DatabaseOptions = {},
): Promise<Documents> {
  return new MongoDocuments(await connectDatabase(url, options));
}

class MongoDocuments implements Documents {
  readonly #database: Database;
  readonly #listeners = new Set<(change: DocumentChange) => void>();

  constructor(database: Database) {
    this.#database = database;
  }

  async collection<T extends Identified>(
    definition: CollectionDefinition<T>,
  ): Promise<Collection<T>> {
    const { name, indexes } = definition;
    if (!isProperName(definition)) {
      throw new AppError('request-invalid', `${name} or an index of it has no proper name`);
    }
    const table = await this.#database.table(name, indexes.map(fieldPath));
    return new MongoCollection(definition, table, (change) => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  onChange(listener: (change: DocumentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}
