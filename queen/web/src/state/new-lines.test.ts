import { describe, expect, it } from '@jest/globals';
import { NEW_LINE_MS, NewLines } from './new-lines.ts';
import { recordAt } from './testing.ts';

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => recordAt(from + i));

describe('a new line', () => {
  it('is new for a moment', () => {
    const news = new NewLines();
    const [line] = lines(1, 1);
    news.add(line ? [line] : [], 0);
    const id = line?.id ?? '';
    expect([0, NEW_LINE_MS - 1, NEW_LINE_MS].map((now) => news.has(id, now))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('of a burst is not, nor one right behind it', () => {
    const news = new NewLines();
    news.add(lines(1, 5), 0);
    news.add(lines(10, 20), 100);
    news.add(lines(50, 1), 200);
    expect([1, 10, 50].map((time) => news.has(`a1:${time}`, 200))).toEqual([false, false, false]);
    news.add(lines(60, 1), 100 + NEW_LINE_MS);
    expect(news.has('a1:60', 100 + NEW_LINE_MS)).toBe(true);
  });
});
