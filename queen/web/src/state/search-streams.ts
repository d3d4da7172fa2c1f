/**
 * The socket's side of a search: streams by id, the standing query beside it, and the order of the two
 * (the standing query is registered first, so that no line falls between them).
 */
import { type AppError, toAppError } from '@apiary/common/errors.ts';
import type { SearchPart, SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { type Connection, type LiveFailure, toFailure } from './connection.ts';

/** Who hears the parts of a search. */
export interface PartListener {
  part(part: SearchPart): void;
  failed(error: AppError): void;
}

/** Who hears the standing query. */
export interface TailListener {
  records(records: readonly LogRecord[], omitted: number): void;
  missed(count: number): void;
}

let lastId = 0;

/** See the top of this file. */
export class SearchStreams {
  readonly #connection: Connection;
  readonly #listeners = new Map<string, PartListener>();
  readonly #unsubscribe: (() => void)[];
  #main: string | undefined;
  #tail: string | undefined;

  constructor(connection: Connection, tail: TailListener) {
    this.#connection = connection;
    this.#unsubscribe = [
      connection.on<{ id: string; part: SearchPart }>('search.part', ({ id, part }) => {
        const listener = this.#listeners.get(id);
        if (part.type === 'done') this.#listeners.delete(id);
        listener?.part(part);
      }),
      connection.on<{ id: string; error: LiveFailure }>('search.failed', ({ id, error }) => {
        const listener = this.#listeners.get(id);
        this.#listeners.delete(id);
        listener?.failed(toFailure(error));
      }),
      connection.on<{ id: string; records: LogRecord[]; omitted: number }>(
        'tail.records',
        ({ id, records, omitted }) => {
          if (id === this.#tail) tail.records(records, omitted);
        },
      ),
      connection.on<{ id: string; count: number }>('tail.missed', ({ id, count }) => {
        if (id === this.#tail) tail.missed(count);
      }),
    ];
  }

  /** Replaces the search and the standing query (`tail` undefined: there is none). */
  start(request: SearchRequest, tail: string | undefined, listener: PartListener): void {
    this.#stopAll();
    const id = newId();
    this.#main = id;
    this.#listeners.set(id, listener);
    void this.#begin(id, request, tail);
  }

  /** A search beside the main one; `start` and `close` forget it. */
  search(request: SearchRequest, listener: PartListener): void {
    const id = newId();
    this.#listeners.set(id, listener);
    void this.#send(id, request);
  }

  /** Stops the main search; the standing query goes on. */
  cancelSearch(): void {
    const id = this.#main;
    this.#main = undefined;
    if (id === undefined || !this.#listeners.delete(id)) return;
    this.#tell('search.cancel', { id });
  }

  /** Stops everything. */
  close(): void {
    this.#stopAll();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  async #begin(id: string, request: SearchRequest, tail: string | undefined): Promise<void> {
    if (tail !== undefined) {
      this.#tail = id;
      try {
        await this.#connection.request('tail.start', { id, query: tail });
      } catch (thrown) {
        this.#fail(id, thrown);
        return;
      }
    }
    await this.#send(id, request);
  }

  async #send(id: string, request: SearchRequest): Promise<void> {
    if (!this.#listeners.has(id)) return;
    try {
      await this.#connection.request('search.start', { id, request });
    } catch (thrown) {
      this.#fail(id, thrown);
    }
  }

  #fail(id: string, thrown: unknown): void {
    const listener = this.#listeners.get(id);
    this.#listeners.delete(id);
    listener?.failed(toAppError(thrown));
  }

  #stopAll(): void {
    for (const id of this.#listeners.keys()) this.#tell('search.cancel', { id });
    this.#listeners.clear();
    this.#main = undefined;
    if (this.#tail !== undefined) this.#tell('tail.stop', { id: this.#tail });
    this.#tail = undefined;
  }

  /** Sends what needs no answer; a lost connection has stopped it anyway. */
  #tell(event: string, payload: unknown): void {
    if (this.#connection.state.get().kind !== 'open') return;
    this.#connection.request(event, payload).catch(() => {});
  }
}

function newId(): string {
  lastId++;
  return `s${lastId}`;
}
