import { describe, expect, test } from '@jest/globals';
import { parsePeriod, parseTime, parseTimeRange } from './range.ts';

const nowMs = Date.UTC(2026, 10, 20, 14, 2, 31);
const context = { nowMs };

describe('parsePeriod', () => {
  test.each([
    ['now', '2026-11-20T14:02:31.000Z', 1],
    ['15m', '2026-11-20T13:47:31.000Z', 1],
    ['-15m', '2026-11-20T13:47:31.000Z', 1],
    ['now-1h', '2026-11-20T13:02:31.000Z', 1],
    ['now - 2d', '2026-11-18T14:02:31.000Z', 1],
    ['now+1h', '2026-11-20T15:02:31.000Z', 1],
    ['1.5h', '2026-11-20T12:32:31.000Z', 1],
    ['500ms', '2026-11-20T14:02:30.500Z', 1],
    ['today', '2026-11-20T00:00:00.000Z', 86_400_000],
    ['Yesterday', '2026-11-19T00:00:00.000Z', 86_400_000],
    ['2026-11', '2026-11-01T00:00:00.000Z', 30 * 86_400_000],
    ['2026-11-20', '2026-11-20T00:00:00.000Z', 86_400_000],
    ['2026/11/20', '2026-11-20T00:00:00.000Z', 86_400_000],
    ['2026-11-20T14', '2026-11-20T14:00:00.000Z', 3_600_000],
    ['2026-11-20 14:02', '2026-11-20T14:02:00.000Z', 60_000],
    ['2026-11-20T14:02:31', '2026-11-20T14:02:31.000Z', 1000],
    ['2026-11-20T14:02:31.5Z', '2026-11-20T14:02:31.500Z', 1],
    ['2026-11-20T14:02:31+02:00', '2026-11-20T12:02:31.000Z', 1000],
    ['14:02', '2026-11-20T14:02:00.000Z', 60_000],
    ['9:30', '2026-11-20T09:30:00.000Z', 60_000],
    ['1795183351', '2026-11-20T14:02:31.000Z', 1000],
    ['1795183351123', '2026-11-20T14:02:31.123Z', 1],
    ['1795183351123456789', '2026-11-20T14:02:31.123Z', 1],
  ])('%s', (text, from, length) => {
    const period = parsePeriod(text, context);
    expect(period && new Date(period.fromMs).toISOString()).toBe(from);
    expect(period && period.toMs - period.fromMs).toBe(length);
  });

  test.each([
    '',
    '-',
    'soon',
    '15',
    '15M',
    '15 parsecs',
    'now-',
    'now15m',
    '2026-13-01',
    '2026-02-30',
    '25:00',
    '2026-11-20T14:61',
    '123',
  ])('%j is no time', (text) => {
    expect(parsePeriod(text, context)).toBeUndefined();
  });

  test('dates are days of the given zone', () => {
    const zoned = { nowMs: Date.UTC(2026, 10, 20, 23, 30), zoneOffsetMinutes: 60 };
    expect(parseTime('today', zoned)).toBe(Date.UTC(2026, 10, 20, 23));
    expect(parseTime('2026-11-20', zoned)).toBe(Date.UTC(2026, 10, 19, 23));
    expect(parseTime('00:15', zoned)).toBe(Date.UTC(2026, 10, 20, 23, 15));
  });
});

test('a range ends with the end of what was typed', () => {
  expect(parseTimeRange('2026-11-20', '2026-11-20', context)).toEqual({
    fromMs: Date.UTC(2026, 10, 20),
    toMs: Date.UTC(2026, 10, 21),
  });
  expect(parseTimeRange('15m', undefined, context)).toEqual({
    fromMs: nowMs - 900_000,
    toMs: undefined,
  });
  expect(parseTimeRange('now', '1h', context)).toBeUndefined();
  expect(parseTimeRange('soon', undefined, context)).toBeUndefined();
});
