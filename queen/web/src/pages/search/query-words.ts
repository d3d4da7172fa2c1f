import { extractFields } from '@apiary/common/query/fields.ts';
import { LEVELS } from '@apiary/common/record.ts';
import { fieldText } from '../../log-list/field-text.ts';
import type { QueryWords } from '../../query-editor/completion.ts';
import { readHistory } from '../../state/history.ts';
import type { LogBuffer } from '../../state/log-buffer.ts';

/** Every line has these. */
const OWN = ['host', 'file', 'tag', 'level', 'agent'] as const;
/** Newest lines that are looked through for names and values. */
const LOOKED_THROUGH = 300;
const FIELDS_PER_LINE = 60;
const VALUE_CHARACTERS_MAX = 100;

/** Names of the fields that the newest lines have, the most frequent first. */
export function fieldNamesIn(buffer: LogBuffer): string[] {
  return byFrequency(buffer, (row) =>
    extractFields(buffer.at(row)?.body ?? '', FIELDS_PER_LINE).map(({ name }) => name),
  );
}

/** Words for the query editor from the lines that the page holds and the queries of this browser. */
export function wordsOf(buffer: LogBuffer): QueryWords {
  return {
    fields: () => [...OWN, ...fieldNamesIn(buffer)],
    values: (field) => (field === 'level' ? LEVELS : valuesIn(buffer, field)),
    history: () => readHistory(window.localStorage),
  };
}

function valuesIn(buffer: LogBuffer, field: string): string[] {
  return byFrequency(buffer, (row) => {
    const record = buffer.at(row);
    if (!record) return [];
    return field === 'tag' ? record.tags : [fieldText(record, field)];
  }).filter((value) => value !== '' && value.length <= VALUE_CHARACTERS_MAX);
}

/** The different words of the newest lines, the most frequent first; each counts once a line. */
function byFrequency(buffer: LogBuffer, wordsOfRow: (row: number) => readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (let row = 0; row < Math.min(LOOKED_THROUGH, buffer.size); row++) {
    for (const word of new Set(wordsOfRow(row))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
}
