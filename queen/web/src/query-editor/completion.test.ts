import { describe, expect, it } from '@jest/globals';
import { completionsAt, type QueryWords } from './completion.ts';

const words: QueryWords = {
  fields: () => ['host', 'file', 'tag', 'http.status', 'we ird'],
  values: (field) => (field === 'host' ? ['web-1', 'web 2', 'db'] : []),
  history: () => ['level:error', 'host:db'],
};
const texts = (query: string, at = query.length) =>
  completionsAt(query, at, words)?.options.map(({ text }) => text);

describe('what can come next in a query', () => {
  it.each([
    ['earlier queries before anything is typed', '', ['level:error', 'host:db']],
    ['fields whose name begins so', 'h', ['host:', 'http.status:']],
    ['fields behind an operator', 'failed AND fi', ['file:']],
    ['operators behind a word', 'failed ', ['AND ', 'OR ', 'NOT ']],
    ['operators whose name begins so', 'failed a', ['AND ']],
    ['values of a field, quoted where they must be', 'host:', ['web-1 ', '"web 2" ', 'db ']],
    ['values that begin so', 'x host:we', ['web-1 ', '"web 2" ']],
    ['nothing inside of a phrase', '"h', undefined],
  ])('%s', (_name, query, wanted) => {
    expect(texts(query)).toEqual(wanted);
  });

  it('replaces the word under the caret alone', () => {
    expect(completionsAt('failed AND fi', 13, words)?.from).toBe(11);
    expect(completionsAt('host:we', 7, words)?.from).toBe(5);
  });
});
