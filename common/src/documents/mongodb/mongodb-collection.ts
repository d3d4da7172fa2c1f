/**
 * One collection: each document as JSON text in a row, since BSON's rules for names and nesting are not
 * JSON's, with its scalar fields beside it to be indexed and found by.
 */
import { AppError } from '../../errors.ts';
import { DOCUMENT_FIELD_CHARACTERS_MAX, DOCUMENT_UPDATE_TRIES_MAX } from '../../limits/mongodb.ts';
import { DOCUMENTS_PAGE_MAX } from '../../limits.ts';
import type { Row, RowFilter, Table } from '../../mongodb/database.ts';
import { Turns } from '../../turns.ts';
import { checkFilter, checkRead, checkWritten } from '../check.ts';
import type {
  Collection,
  CollectionDefinition,
  DocumentChange,
  Filter,
  Identified,
  Page,
  Versioned,
} from '../documents.ts';

/** Where a row has a document's field. */
export function fieldPath(field: string): string {
  return `fields.${field}`;
}

/** See the file's head. */
export class MongoCollection<T extends Identified> implements Collection<T> {
  readonly name: string;
  readonly #definition: CollectionDefinition<T>;
  readonly #table: Table;
  readonly #changed: (change: DocumentChange) => void;
  /** Writers of one process do not have to outrun one another. */
  readonly #turns = new Turns();

  /** @param changed called after each write */
  constructor(
    definition: CollectionDefinition<T>,
    table: Table,
    changed: (change: DocumentChange) => void,
  ) {
    this.name = definition.name;
    this.#definition = definition;
    this.#table = table;
    this.#changed = changed;
  }

  async get(id: string): Promise<Versioned<T> | undefined> {
    const row = await this.#table.get(id);
    return row && this.#fromRow(row);
  }

  async find(filter: Filter<T> = {}, page: Page = {}): Promise<Versioned<T>[]> {
    const limit = Math.min(page.limit ?? DOCUMENTS_PAGE_MAX, DOCUMENTS_PAGE_MAX);
    const conditions = this.#conditions(filter);
    const rows = await this.#table.find(conditions, { after: page.after ?? '', limit });
    return rows.map((row) => this.#fromRow(row));
  }

  async count(filter: Filter<T> = {}): Promise<number> {
    return await this.#table.count(this.#conditions(filter));
  }

  async insert(document: T): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    // In turn, so that of two the one that was asked for first is there.
    const written = await this.#turns.take(checked.id, () => this.#set(checked, 0));
    if (!written) throw new AppError('already-exists', `${this.#of(checked.id)} exists`);
    return written;
  }

  async replace(document: T, version: number): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    const written = await this.#set(checked, version);
    if (!written) throw this.#conflict(checked.id);
    return written;
  }

  async put(document: T): Promise<Versioned<T>> {
    const checked = checkWritten(this.#definition, document);
    return await this.#turns.take(checked.id, () =>
      this.#untilItFits(checked.id, async () => {
        const before = await this.#table.get(checked.id);
        return await this.#set(checked, before?.version ?? 0);
      }),
    );
  }

  async update(
    id: string,
    change: (document: T | undefined) => T | undefined,
  ): Promise<Versioned<T> | undefined> {
    const { after } = await this.#turns.take(id, () =>
      this.#untilItFits(id, async () => {
        const before = await this.get(id);
        const wanted = change(before?.document);
        if (wanted === undefined) return { after: before };
        const checked = checkWritten(this.#definition, wanted);
        if (checked.id !== id) {
          throw new AppError('request-invalid', `${this.#of(id)}: an update cannot change the id`);
        }
        const written = await this.#set(checked, before?.version ?? 0);
        return written && { after: written };
      }),
    );
    return after;
  }

  async delete(id: string, version?: number): Promise<boolean> {
    const deleted = await this.#table.delete(id, version);
    if (deleted) this.#tell(id, 'deleted');
    else if (version !== undefined && (await this.#table.get(id))) throw this.#conflict(id);
    return deleted;
  }

  /** Writes a document in the place of `version`, 0 for none; undefined if that is not there. */
  async #set(document: T, version: number): Promise<Versioned<T> | undefined> {
    const row = this.#toRow(document, version + 1);
    const fits = version === 0 ? await this.#table.insert(row) : await this.#table.replace(row);
    if (!fits) return undefined;
    this.#tell(document.id, 'written');
    return { document, version: version + 1 };
  }

  async #untilItFits<R>(id: string, attempt: () => Promise<R | undefined>): Promise<R> {
    for (let tries = 0; tries < DOCUMENT_UPDATE_TRIES_MAX; tries++) {
      const result = await attempt();
      if (result !== undefined) return result;
    }
    throw this.#conflict(id);
  }

  #toRow(document: T, version: number): Row {
    const fields: Record<string, string | number | boolean> = {};
    for (const [name, value] of Object.entries(document)) {
      const isIndexed = (this.#definition.indexes as readonly string[]).includes(name);
      if (isScalar(value) && (isIndexed || isShort(name, value))) fields[name] = value;
    }
    return { _id: document.id, version, body: JSON.stringify(document), fields };
  }

  #fromRow(row: Row): Versioned<T> {
    const document = checkRead(this.#definition, row._id, String(row.body));
    return { document, version: row.version };
  }

  #conditions(filter: Filter<T>): RowFilter {
    return Object.fromEntries(
      Object.entries(checkFilter(this.#definition, filter)).map(([field, wanted]) => [
        fieldPath(field),
        wanted,
      ]),
    );
  }

  #tell(id: string, kind: DocumentChange['kind']): void {
    this.#changed({ collection: this.name, id, kind });
  }

  #of(id: string): string {
    return `${this.name}/${id}`;
  }

  #conflict(id: string): AppError {
    return new AppError('conflict', `${this.#of(id)} was changed meanwhile`);
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isShort(name: string, value: string | number | boolean): boolean {
  return /^\w{1,64}$/.test(name) && String(value).length <= DOCUMENT_FIELD_CHARACTERS_MAX;
}
