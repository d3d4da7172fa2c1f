import { describe, expect, it } from '@jest/globals';
import { compileLinePattern, slotValues } from './line-pattern.ts';
import { compileMatcher } from './matcher.ts';
import { parseQuery } from './parser.ts';

const LINE = '2026-11-20T14:02:31Z Failed password for root from 10.0.0.7 port 4022 ssh2 (uid=0)';

describe('a pattern of lines', () => {
  it.each([
    ['Failed password for <*> from <*> port <*> ssh2 (uid=<*>)', true],
    ['Failed  password for root from 10.0.0.<*> port <*> <*> (<*>=<*>)', true],
    ['Failed password for <...>', true],
    ['Failed password for root from 10.0.0.7 port 4022 ssh2 (uid=0) <...>', true],
    ['Failed password for <*> from <*> port <*> ssh2', false],
    ['failed password for <*> from <*> port <*> ssh2 (uid=<*>)', false],
    ['Failed password <*> from <*> port <*> ssh2 (uid=<*>)', false],
    ['<*>', false],
  ])('%j fits: %j', (text, fits) => {
    expect(compileLinePattern(text).fits(LINE, 20)).toBe(fits);
  });

  it('takes from a word what its slots stand for', () => {
    expect(slotValues('(uid=<*>,gid=<*>)', '(uid=0,gid=)')).toEqual(['0', '']);
    expect(slotValues('<*>', 'a')).toEqual(['a']);
    expect(slotValues('a<*>a', 'a')).toBeUndefined();
    expect(slotValues('a', 'a')).toEqual([]);
  });

  it('is a field of queries, and takes nothing else than a text', () => {
    const parsed = parseQuery('pattern:"Failed password for <*> from <...>" AND NOT pattern:x');
    if (!parsed.ok) throw new Error(parsed.error.message);
    const record = {
      ...{ time: 0, host: '', agent: '', target: '', file: '', tags: [], body: LINE },
      ...{ timestampLength: 20, field: () => undefined },
    };
    const { matches } = compileMatcher(parsed.query);
    expect(matches(record)).toBe(true);
    expect(matches({ ...record, body: 'x', timestampLength: 0 })).toBe(false);
    for (const query of ['pattern:/a/', 'pattern:[a TO b]', 'pattern:a*', 'pattern:"a b"~2']) {
      expect([query, parseQuery(query).ok]).toEqual([query, false]);
    }
    expect(parseQuery('pattern:*').ok).toBe(true);
  });
});
