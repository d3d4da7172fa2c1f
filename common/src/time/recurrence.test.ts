import { describe, expect, test } from '@jest/globals';
import { activeUntil, isTimeZone, nextOccurrences, type Recurrence } from './recurrence.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const EVER = { fromMs: 0, untilMs: Date.UTC(2100, 0) };

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

function comes(recurs: Recurrence, now: string, count: number, ends = EVER) {
  return nextOccurrences({ ...ends, recurs }, at(now), count).map(
    ({ fromMs, toMs }) => `${iso(fromMs)} ${iso(toMs).slice(11)}`,
  );
}

const workdays = { days: [1, 2, 3, 4, 5], from: '02:00', minutes: 90, zone: 'UTC' };

describe('times that come again', () => {
  test('are named in their order, the one that is on now first', () => {
    // A Thursday.
    expect(comes(workdays, '2026-11-19T03:00Z', 4)).toEqual([
      '2026-11-19T02:00 03:30',
      '2026-11-20T02:00 03:30',
      '2026-11-23T02:00 03:30',
      '2026-11-24T02:00 03:30',
    ]);
    expect(comes(workdays, '2026-11-19T03:30Z', 1)).toEqual(['2026-11-20T02:00 03:30']);
  });

  test('are on past midnight, and a whole day long', () => {
    const night = { days: [3], from: '23:30', minutes: 24 * 60, zone: 'UTC' };
    expect(comes(night, '2026-11-19T23:29Z', 1)).toEqual(['2026-11-18T23:30 23:30']);
    expect(comes(night, '2026-11-19T23:30Z', 1)).toEqual(['2026-11-25T23:30 23:30']);
  });

  test('stay within their ends, which cut them', () => {
    const ends = { fromMs: at('2026-11-19T02:30Z'), untilMs: at('2026-11-20T02:15Z') };
    expect(comes(workdays, '2026-11-18T12:00Z', 9, ends)).toEqual([
      '2026-11-19T02:30 03:30',
      '2026-11-20T02:00 02:15',
    ]);
    expect(comes(workdays, '2026-11-20T02:15Z', 9, ends)).toEqual([]);
  });

  test('keep to the clock of their zone through summer time', () => {
    const berlin = { days: [0, 6], from: '02:30', minutes: 60, zone: 'Europe/Berlin' };
    // 2026-03-29 has no 02:30 there, and 2026-10-25 has it twice.
    expect(comes(berlin, '2026-03-28T00:00Z', 3)).toEqual([
      '2026-03-28T01:30 02:30',
      '2026-03-29T01:30 02:30',
      '2026-04-04T00:30 01:30',
    ]);
    expect(comes(berlin, '2026-10-24T00:00Z', 3)).toEqual([
      '2026-10-24T00:30 01:30',
      '2026-10-25T00:30 01:30',
      '2026-10-31T01:30 02:30',
    ]);
  });

  test.each(['Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'])(
    'show the same clock in %s on every day of a year',
    (zone) => {
      const daily = { days: [0, 1, 2, 3, 4, 5, 6], from: '21:15', minutes: 30, zone };
      const found = nextOccurrences({ ...EVER, recurs: daily }, at('2026-01-01T00:00Z'), 365);
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' });
      expect(new Set(found.map(({ fromMs }) => clock.format(fromMs)))).toEqual(new Set(['21:15']));
      const hours = found.slice(1).map(({ fromMs }, i) => fromMs - (found[i]?.fromMs ?? 0));
      expect(Math.max(...hours)).toBeLessThanOrEqual(DAY + 60 * MINUTE);
    },
  );
});

describe('a single time', () => {
  const once = { fromMs: at('2026-11-19T12:00Z'), untilMs: at('2026-11-19T13:00Z') };
  test('comes once, and is on until its end', () => {
    expect(nextOccurrences(once, once.fromMs - DAY, 3)).toEqual([
      { fromMs: once.fromMs, toMs: once.untilMs },
    ]);
    expect(nextOccurrences(once, once.untilMs, 3)).toEqual([]);
    expect(activeUntil(once, once.fromMs - 1)).toBeUndefined();
    expect(activeUntil(once, once.fromMs)).toBe(once.untilMs);
    expect(activeUntil(once, once.untilMs)).toBeUndefined();
  });
});

test('a zone is one that there is', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Europe/Atlantis')).toBe(false);
});
