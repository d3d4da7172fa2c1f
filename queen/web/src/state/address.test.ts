import { describe, expect, test } from '@jest/globals';
import { formatAddress, parseAddress, type SearchAddress } from './address.ts';
import { DEFAULT_RANGE, durationWords, stepFor, windowOf } from './time-range.ts';

const plain: SearchAddress = {
  query: '',
  range: DEFAULT_RANGE,
  line: undefined,
  wrap: false,
  tab: 'lines',
  columns: [],
  fields: [],
};
const outcome = {
  name: 'Login outcome',
  members: [{ name: 'Wrong & password', query: '"Failed password" NOT "invalid user"', color: 3 }],
  rest: false,
};

describe('the address of a search', () => {
  test.each([
    plain,
    { ...plain, query: 'a&b=c "d e" +f #g' },
    { ...plain, range: { kind: 'all' } as const, wrap: true },
    { ...plain, range: { kind: 'last', durationMs: 7 * 86_400_000 } as const },
    { ...plain, range: { kind: 'between', fromMs: 1_000, toMs: 2_001 } as const, line: 'a1:77' },
    { ...plain, tab: 'fields', fields: [outcome], columns: ['user.id', 'a&b'] } as const,
  ])('reads back what it wrote: %j', (address) => {
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });

  test('an empty search has an empty address', () => {
    expect(formatAddress(plain)).toBe('');
  });

  test('what cannot be read is as if it were absent', () => {
    expect(parseAddress('range=-5m&from=x&to=y&tab=z&fields=%5B3')).toEqual(plain);
    expect(parseAddress('from=2026-11-20T10:00:00Z&to=2026-11-20T09:00:00Z')).toEqual(plain);
  });
});

describe('the window of a range', () => {
  test('ends at the end of the growing bucket and has equal buckets', () => {
    const now = 1_763_650_951_154;
    const window = windowOf(DEFAULT_RANGE, now);
    const step = stepFor(15 * 60_000);
    expect(window.toMs).toBeGreaterThan(now);
    expect((window.toMs ?? 0) % step).toBe(0);
    expect((window.toMs ?? 0) - (window.fromMs ?? 0)).toBe(window.buckets * step);
  });

  test('lengths read as people say them', () => {
    expect([900_000, 3_600_000, 86_400_000].map(durationWords)).toEqual([
      '15 minutes',
      '1 hour',
      '24 hours',
    ]);
  });
});
