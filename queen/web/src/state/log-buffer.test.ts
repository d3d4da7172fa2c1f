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

  test('numbers lines for as long as they are held, whatever comes at either end', () => {
    const buffer = new LogBuffer(4);
    buffer.appendOlder([recordAt(9), recordAt(7)]);
    const serial = () => buffer.serialOf(buffer.rowOf('a1:9'));
    const first = serial();
    buffer.appendOlder([recordAt(5)]);
    buffer.insert([recordAt(11), recordAt(10), recordAt(12)]);
    expect([serial(), times(buffer)]).toEqual([first, [12, 11, 10, 9]]);
    expect(buffer.serialOf(0)).toBe(first + 3);
  });

  test('finds each of many lines of one moment', () => {
    const buffer = new LogBuffer();
    const ids = ['a1:x', 'a1:y', 'a1:z'];
    buffer.insert([recordAt(1), ...ids.map((id) => recordAt(5, { id })), recordAt(9)]);
    for (const id of ids) expect(buffer.at(buffer.rowOf(id))?.id).toBe(id);
    expect(buffer.rowOf('a1:none')).toBe(-1);
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
