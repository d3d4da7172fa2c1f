/** Records as text of a file: JSON lines, a table for spreadsheets, or the lines as they were. */
import type { LogRecord } from '@apiary/common/record.ts';
import type { EXPORT_FORMATS } from './query-routes.ts';

/** A key of {@link EXPORT_WRITERS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How one format is written. */
export interface ExportWriter {
  readonly type: string;
  readonly extension: string;
  /** Before the first record. */
  readonly head: string;
  readonly write: (record: LogRecord) => string;
}

/** RFC 4180: records end in CRLF, which is also what spreadsheets expect. */
const CSV_END = '\r\n';
const CSV_COLUMNS = ['time', 'level', 'host', 'file', 'tags', 'line', 'id'] as const;
/** What a spreadsheet takes for a formula, also behind blanks. */
const FORMULA = /^\s*[=+\-@\t\r|]/;

/** The formats. */
export const EXPORT_WRITERS: Readonly<Record<ExportFormat, ExportWriter>> = {
  ndjson: {
    type: 'application/x-ndjson',
    extension: 'ndjson',
    head: '',
    write: (record) => `${JSON.stringify(record)}\n`,
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    head: CSV_COLUMNS.join(',') + CSV_END,
    write: (record) =>
      [
        new Date(record.time).toISOString(),
        record.level ?? '',
        record.host,
        record.file,
        record.tags.join(' '),
        record.body,
        record.id,
      ]
        .map(csvCell)
        .join(',') + CSV_END,
  },
  raw: {
    type: 'text/plain; charset=utf-8',
    extension: 'log',
    head: '',
    write: (record) => `${record.body}\n`,
  },
};

/**
 * A cell: quoted where it must be. What a spreadsheet would calculate gets an apostrophe in front,
 * by which it knows text: lines are written by strangers.
 */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
