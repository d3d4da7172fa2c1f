import type { Row, RowFilter, Table } from '../mongodb/database.ts';

/** A table in memory, for tests of what is built on tables. */
export class MemoryTable implements Table {
  readonly #rows = new Map<string, Row>();
  /** How often a row was looked for. */
  reads = 0;

  get size(): number {
    return this.#rows.size;
  }

  async get(id: string): Promise<Row | undefined> {
    this.reads++;
    return this.#rows.get(id);
  }

  async find(
    filter: RowFilter,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<Row[]> {
    return [...this.#rows.values()]
      .filter((row) => row._id > after && fits(row, filter))
      .sort((a, b) => (a._id < b._id ? -1 : 1))
      .slice(0, limit);
  }

  async count(filter: RowFilter): Promise<number> {
    return [...this.#rows.values()].filter((row) => fits(row, filter)).length;
  }

  async insert(row: Row): Promise<boolean> {
    return (await this.insertAll([row])).size === 0;
  }

  async insertAll(rows: readonly Row[]): Promise<Set<string>> {
    const there = rows.filter(({ _id }) => this.#rows.has(_id)).map(({ _id }) => _id);
    for (const row of rows) if (!this.#rows.has(row._id)) this.#rows.set(row._id, row);
    return new Set(there);
  }

  async put(row: Row): Promise<void> {
    this.#rows.set(row._id, row);
  }

  async replace(row: Row): Promise<boolean> {
    if (this.#rows.get(row._id)?.version !== row.version - 1) return false;
    this.#rows.set(row._id, row);
    return true;
  }

  async delete(id: string, version?: number): Promise<boolean> {
    const found = this.#rows.get(id);
    if (!found || (version !== undefined && found.version !== version)) return false;
    return this.#rows.delete(id);
  }

  async deleteAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#rows.delete(id);
  }

  async drop(): Promise<void> {
    this.#rows.clear();
  }
}

function fits(row: Row, filter: RowFilter): boolean {
  return Object.entries(filter).every(([field, wanted]) =>
    Array.isArray(wanted) ? wanted.includes(row[field]) : row[field] === wanted,
  );
}
