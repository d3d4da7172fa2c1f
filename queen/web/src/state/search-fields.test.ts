import { parseQuery } from '@apiary/common/query/parser.ts';
import { describe, expect, it } from '@jest/globals';
import { freeColor, memberQuery } from './search-fields.ts';

const members = [
  { name: 'Unknown user', query: '"invalid user" OR "user unknown"', color: 1 },
  { name: 'Wrong password', query: 'failed', color: 3 },
];

describe("a field's members", () => {
  it('leave out the lines of those before them', () => {
    const text = memberQuery('tag:prod OR tag:edge', members, 1);
    expect(text).toBe('(tag:prod OR tag:edge) AND (failed) NOT ("invalid user" OR "user unknown")');
    expect(parseQuery(text).ok).toBe(true);
  });

  it('are all there is without a query', () => {
    expect(memberQuery(' ', members, 0)).toBe('("invalid user" OR "user unknown")');
  });

  it('get the first colour that is free', () => {
    expect(freeColor(members)).toBe(2);
    expect(freeColor([])).toBe(1);
  });
});
