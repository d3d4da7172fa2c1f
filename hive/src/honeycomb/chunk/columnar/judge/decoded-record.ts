import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { MatchRecord } from '@apiary/common/query/matcher.ts';
import type { Level } from '@apiary/common/record.ts';
import type { RowSource } from '../../../record-set.ts';

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
    this.timestampLength = timestampLength;
    return this;
  }

  field(name: string): readonly string[] | undefined {
    const values = extractFieldValues(this.body, name);
    return values.length > 0 ? values : undefined;
  }
}
