import { extractFieldValues } from '@apiary/common/query/fields.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** A field of a line as one text; empty if the line has none. Names are those of the query language. */
export function fieldText(record: LogRecord, name: string): string {
  switch (name) {
    case 'file':
    case 'host':
    case 'agent':
      return record[name];
    case 'level':
      return record.level ?? '';
    case 'tag':
      return record.tags.join(', ');
    default:
      return extractFieldValues(record.body, name).join(', ');
  }
}
