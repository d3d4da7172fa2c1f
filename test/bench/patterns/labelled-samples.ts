/** Lines with their events, from a folder of `SYSTEM/*_structured.csv` with the columns Content and EventId. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledLine } from './accuracy.ts';

/** The lines of one system. */
export interface LabelledSample {
  readonly system: string;
  readonly lines: readonly LabelledLine[];
}

/** All systems of a folder, by name; none where no file says which event a line is. */
export function readLabelled(folder: string): LabelledSample[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('_structured.csv'))
    .sort()
    .map((name) => ({
      system: name.split('/').at(-1)?.split('_')[0] ?? name,
      lines: labelledLines(readFileSync(join(folder, name), 'utf8')),
    }));
}

/** The lines of one CSV text. @throws Error when it lacks the columns */
export function labelledLines(text: string): LabelledLine[] {
  const [head = [], ...rows] = csvRows(text);
  const line = head.indexOf('Content');
  const event = head.indexOf('EventId');
  if (line < 0 || event < 0) throw new Error('a sample lacks the columns Content and EventId');
  return rows.map((row) => ({ line: row[line] ?? '', event: row[event] ?? '' }));
}

/** Rows of CSV as RFC 4180 has it. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error(`a sample is no CSV in row ${rows.length + 1}`);
    const [, quoted, plain = '', end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
