import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { MatchRecord } from '@apiary/common/query/matcher.ts';
import type { Level, LogRecord } from '@apiary/common/record.ts';
import type { RecordSet } from './record-set.ts';

/** One row at a time as the matcher takes it; its text is decoded when it is asked for. */
export class RowView implements MatchRecord {
  readonly #set: RecordSet;
  #row = 0;
  #body: string | undefined;

  constructor(set: RecordSet) {
    this.#set = set;
  }

  /** Goes to a row. */
  at(row: number): this {
    this.#row = row;
    this.#body = undefined;
    return this;
  }

  get time(): number {
    return this.#set.time(this.#row);
  }

  get host(): string {
    return this.#set.source(this.#row).host;
  }

  get agent(): string {
    return this.#set.source(this.#row).agent;
  }

  get target(): string {
    return this.#set.source(this.#row).target;
  }

  get file(): string {
    return this.#set.source(this.#row).file;
  }

  get tags(): readonly string[] {
    return this.#set.source(this.#row).tags;
  }

  get level(): Level | undefined {
    return this.#set.level(this.#row);
  }

  get body(): string {
    this.#body ??= decodeBody(this.#set.body(this.#row));
    return this.#body;
  }

  get timestampLength(): number {
    return this.#set.timestampLength(this.#row);
  }

  field(name: string): readonly string[] | undefined {
    const values = extractFieldValues(this.body, name);
    return values.length > 0 ? values : undefined;
  }
}

/** A body as text; bytes that are no UTF-8 become U+FFFD. */
export function decodeBody(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
}

/** A row as people and programs receive it. */
export function recordOf(set: RecordSet, row: number): LogRecord {
  const source = set.source(row);
  const level = set.level(row);
  return {
    id: `${source.generation}:${set.offset(row)}`,
    time: set.time(row),
    observed: set.observed(row),
    host: source.host,
    agent: source.agent,
    target: source.target,
    file: source.file,
    tags: [...source.tags],
    ...(level === undefined ? {} : { level }),
    body: decodeBody(set.body(row)),
  };
}
