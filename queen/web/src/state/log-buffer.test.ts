import { describe, expect, test } from '@jest/globals';
import { LogBuffer } from './log-buffer.ts';
import { recordAt } from './testing.ts';

function times(buffer: LogBuffer): number[] {
  return Array.from({ length: buffer.size }, (_, row) => buffer.at(row)?.time ?? -1);
}

describe('LogBuffer', () => {
  test('numbers rows from the newest', () => {
    const buffer = new LogBuffer();
    buffer.appendOlder([recordAt(9), recordAt(7)]);
    buffer.appendOlder([recordAt(5)]);
    buffer.insert([recordAt(11), recordAt(10)]);
    expect(times(buffer)).toEqual([11, 10, 9, 7, 5]);
    expect(buffer.rowOf('a1:7')).toBe(3);
  });

  test('puts a late line at its place in time', () => {
    const buffer = new LogBuffer();
    buffer.insert([recordAt(1), recordAt(5), recordAt(9)]);
    buffer.insert([recordAt(4)]);
    expect(times(buffer)).toEqual([9, 5, 4, 1]);
  });

  test('holds a line once, however it comes', () => {
    const buffer = new LogBuffer();
    buffer.appendOlder([recordAt(3), recordAt(2)]);
    buffer.insert([recordAt(3), recordAt(4)]);
    buffer.appendOlder([recordAt(2), recordAt(1)]);
    expect(times(buffer)).toEqual([4, 3, 2, 1]);
  });

  test('lets the oldest go for new lines, and counts them', () => {
    const buffer = new LogBuffer(3);
    buffer.insert([recordAt(1, { host: 'db-1' }), recordAt(2), recordAt(3)]);
    expect(buffer.hosts).toBe(2);
    buffer.insert([recordAt(4), recordAt(5)]);
    expect(times(buffer)).toEqual([5, 4, 3]);
    expect(buffer.dropped).toBe(2);
    expect(buffer.hosts).toBe(1);
    expect(buffer.has('a1:1')).toBe(false);
  });

  test('refuses older lines when it is full', () => {
    const buffer = new LogBuffer(2);
    buffer.appendOlder([recordAt(9), recordAt(8), recordAt(7)]);
    expect(times(buffer)).toEqual([9, 8]);
    expect(buffer.full).toBe(true);
  });
});
