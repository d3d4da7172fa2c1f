import { describe, expect, test } from '@jest/globals';
import { levelsOf, toggleLevel, withFilter } from './query-edit.ts';

describe('filters by click', () => {
  test.each([
    ['', 'host', 'web-1', false, 'host:"web-1"'],
    ['failed', 'host', 'web-1', false, 'failed AND host:"web-1"'],
    ['failed', 'host', 'web-1', true, 'failed NOT host:"web-1"'],
    ['a OR b', 'host', 'web-1', false, '(a OR b) AND host:"web-1"'],
    ['(a OR b)', 'host', 'web-1', false, '(a OR b) AND host:"web-1"'],
    ['failed AND host:"web-1"', 'host', 'web-1', false, 'failed AND host:"web-1"'],
    ['failed AND host:"web-1"', 'host', 'web-1', true, 'failed NOT host:"web-1"'],
    ['NOT host:"web-1" failed', 'host', 'web-1', false, 'failed AND host:"web-1"'],
    ['*', 'code', '5 "x"', false, 'code:"5 \\"x\\""'],
  ])('%s, %s %s, without %s → %s', (query, field, value, negated, wanted) => {
    expect(withFilter(query, field, value, negated)).toBe(wanted);
  });
});

describe('levels', () => {
  test('none named lets all through', () => {
    expect(levelsOf('failed').size).toBe(6);
  });

  test('the first click is only that level, the next join it, the last leaves no trace', () => {
    let query = 'failed';
    query = toggleLevel(query, 'error');
    expect(query).toBe('failed AND level:error');
    query = toggleLevel(query, 'warn');
    expect(query).toBe('failed AND level:(error OR warn)');
    expect([...levelsOf(query)].sort()).toEqual(['error', 'warn']);
    query = toggleLevel(query, 'error');
    expect(query).toBe('failed AND level:warn');
    expect(toggleLevel(query, 'warn')).toBe('failed');
  });

  test('a level that is not a choice of levels is left alone', () => {
    expect(toggleLevel('level:>=warn', 'error')).toBe('level:>=warn AND level:error');
    expect(toggleLevel('NOT level:info', 'error')).toBe('NOT level:info AND level:error');
  });
});
