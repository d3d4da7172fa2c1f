import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { MatchRecord } from '@apiary/common/query/matcher.ts';
import type { Level } from '@apiary/common/record.ts';
import type { RowSource } from '../../../records/record-set.ts';

/** One record at a time for a matcher of one leaf, of which only what the leaf looks at is known. */
export class DecodedRecord implements MatchRecord {
  time = 0;
  host = '';
  agent = '';
  target = '';
  file = '';
  tags: readonly string[] = [];
  level: Level | undefined;
  timestampLength = 0;
  body = '';
  #values: readonly string[] | undefined;

  ofTime(timeMs: number): this {
    this.time = timeMs;
    return this;
  }

  ofLevel(level: Level | undefined): this {
    this.level = level;
    return this;
  }

  ofSource({ host, agent, target, file, tags }: RowSource): this {
    this.host = host;
    this.agent = agent;
    this.target = target;
    this.file = file;
    this.tags = tags;
    return this;
  }

  ofBody(body: string, timestampLength: number): this {
    this.body = body;
    this.#values = undefined;
    this.timestampLength = timestampLength;
    return this;
  }

  /** With values of the only field that is looked at. */
  ofField(values: readonly string[]): this {
    this.#values = values;
    return this;
  }

  field(name: string): readonly string[] | undefined {
    const values = this.#values ?? extractFieldValues(this.body, name);
    return values.length > 0 ? values : undefined;
  }
}
