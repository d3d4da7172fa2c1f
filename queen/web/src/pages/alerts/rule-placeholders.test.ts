import { describe, expect, it } from '@jest/globals';
import { placeholdersOf, withPlaceholder } from './rule-placeholders.ts';

describe('placeholders', () => {
  it('name what a rule groups by, each once', () => {
    const names = placeholdersOf('host, user tag').map(([name]) => name);
    expect(names.slice(-2)).toEqual(['user', 'tag']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('take the place of what is selected', () => {
    expect(withPlaceholder('on XX now', 'host', { from: 3, to: 5 })).toEqual({
      text: 'on {host} now',
      caret: 9,
    });
    expect(withPlaceholder('', 'line', { from: 0, to: 0 })).toEqual({ text: '{line}', caret: 6 });
  });
});
