import { describe, expect, it } from '@jest/globals';
import { patternParts } from './pattern-parts.ts';

const slot = (name?: string) => ({
  ...(name !== undefined && { name }),
  ...{ distinct: 1, isExact: true, values: [] },
});
const text = (pattern: Parameters<typeof patternParts>[0]) =>
  patternParts(pattern)
    .map((part) => (part.slot === undefined ? part.text : `[${part.slot}]`))
    .join('');

describe("a pattern's parts", () => {
  it('are text with slots by name', () => {
    expect(patternParts({ text: 'for <*> from <*>', slots: [slot('user'), slot()] })).toEqual([
      { text: 'for ', slot: undefined },
      { text: '<*>', slot: 'user' },
      { text: ' from ', slot: undefined },
      { text: '<*>', slot: '…' },
    ]);
  });

  it('of a JSON object begin with its message, and end with what always varies', () => {
    const pattern = {
      text: '{"level":<*>,"name":"queen","msg":"served <*> in <*> ms","at":"a<*>b","deep":{"pid":<*>}}',
      slots: [slot('level'), slot('path'), slot('number'), slot(), slot('pid')],
    };
    const parts = patternParts(pattern);
    expect(text(pattern)).toBe(
      'served [path] in [number] ms  name=queen  at=a[…]b  deep={"pid":"[pid]"}  [level]',
    );
    expect(parts.filter(({ isAside }) => !isAside)).toHaveLength(5);
  });

  it.each([
    '{"level":<*>,"msg":"served',
    '{"level":<*>} and more',
    '{"level":<*>,"ok":true}',
    '{"msg":7,"level":<*>}',
    '<*> {"msg":"late"}',
  ])('are the text as it is where it is no such object: %s', (line) => {
    expect(text({ text: line, slots: [slot('x')] })).toBe(line.replace('<*>', '[x]'));
  });

  it('of a JSON object have slots in the names of its members too', () => {
    const pattern = { text: '{"of_<*>":1,"msg":"<*>"}', slots: [slot('user'), slot('what')] };
    expect(text(pattern)).toBe('[what]  of_[user]=1');
  });

  it.each([
    [5_000, '[…]"'],
    [20_000, '{"msg":"[…]\\"'],
  ])('are all there where a message has %d slots', (count, begin) => {
    const pattern = { text: `{"msg":"${'<*>\\"'.repeat(count)}"}`, slots: [] };
    expect(patternParts(pattern).filter((part) => part.slot !== undefined)).toHaveLength(count);
    expect(text(pattern).slice(0, begin.length)).toBe(begin);
  });
});
