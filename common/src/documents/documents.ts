/**
 * Documents: small JSON things that people and components manage (agents, targets, users, rules, …).
 *
 * Each collection has one component that writes it. Only single documents are atomic; changes are made by
 * compare-and-set on a version. Drivers: `sqlite` and, past one machine, `mongodb`; both pass
 * `documents.contract.ts`.
 */
import type { z } from 'zod';

/** What every document has. */
export interface Identified {
  readonly id: string;
}

/** A collection: its name, the shape of its documents, and the fields one may filter by. */
export interface CollectionDefinition<T extends Identified> {
  /** Lower-case letters and hyphens. */
  readonly name: string;
  /** Checked at every write and every read. */
  readonly schema: z.ZodType<T>;
  /** Top-level fields with an index; the only ones allowed in a {@link Filter}. */
  readonly indexes: readonly (keyof T & string)[];
}

/** A document with the version that a compare-and-set needs. Versions start at 1. */
export interface Versioned<T> {
  readonly document: T;
  readonly version: number;
}

/** Equality on indexed fields, all of them; a list means any of its values. */
export type Filter<T> = {
  readonly [K in keyof T & string]?: T[K] | readonly T[K][];
};

/** A page: at most `limit` (default and bound 1000) documents with an id greater than `after`, by id. */
export interface Page {
  readonly limit?: number;
  readonly after?: string;
}

/** One collection. */
export interface Collection<T extends Identified> {
  readonly name: string;
  get(id: string): Promise<Versioned<T> | undefined>;
  /** Ordered by id. @throws AppError `request-invalid` for a field without an index. */
  find(filter?: Filter<T>, page?: Page): Promise<Versioned<T>[]>;
  count(filter?: Filter<T>): Promise<number>;
  /** @throws AppError `already-exists` */
  insert(document: T): Promise<Versioned<T>>;
  /** Replaces exactly that version. @throws AppError `conflict` if it is another one or gone */
  replace(document: T, version: number): Promise<Versioned<T>>;
  /** Inserts or replaces, whatever is there. */
  put(document: T): Promise<Versioned<T>>;
  /**
   * Reads, changes, and writes by compare-and-set until it fits (bounded: then `conflict`). `change` gets
   * undefined where nothing is stored; returning undefined leaves all as it is.
   */
  update(
    id: string,
    change: (document: T | undefined) => T | undefined,
  ): Promise<Versioned<T> | undefined>;
  /** True if it was there. With a version: @throws AppError `conflict` if it is another one */
  delete(id: string, version?: number): Promise<boolean>;
}

/** What became of a document; sent as the event `document.changed.<collection>`. */
export interface DocumentChange {
  readonly collection: string;
  readonly id: string;
  readonly kind: 'written' | 'deleted';
}

/** A store of documents. */
export interface Documents {
  /** Opens a collection, making it and its indexes where they are missing. */
  collection<T extends Identified>(definition: CollectionDefinition<T>): Promise<Collection<T>>;
  /** Told after each write made through this object; the result stops it. */
  onChange(listener: (change: DocumentChange) => void): () => void;
  close(): Promise<void>;
}
