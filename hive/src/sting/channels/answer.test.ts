import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { RETRY_AFTER_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import { describe, expect, test } from '@jest/globals';
import { resultOf, resultOfFailure, retryAfterMs } from './answer.ts';

const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'));
const answer = (status: number, retryAfter?: string) => ({
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  text: '',
});

describe('what an answer means', () => {
  test.each([
    [200, 'sent'],
    [204, 'sent'],
    [301, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('%i is %s', (status, outcome) => {
    expect(resultOf(answer(status), clock)).toMatchObject({ outcome });
  });

  test('Retry-After is seconds or a date, bounded, and nonsense is none', () => {
    const after = (text: string) => retryAfterMs(answer(429, text), clock);
    expect(after('120')).toBe(120_000);
    expect(after('Thu, 01 Jan 2026 00:01:00 GMT')).toBe(60_000);
    expect(after('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0);
    expect(after('999999')).toBe(RETRY_AFTER_MS_MAX);
    expect(after('soon')).toBeUndefined();
  });

  test('what fails on the way is tried again, what is forbidden is not', () => {
    const forbidden = new AppError('address-forbidden', 'private');
    expect(resultOfFailure(forbidden)).toMatchObject({ outcome: 'refused' });
    expect(resultOfFailure(new AppError('store-busy', 'later'))).toMatchObject({
      outcome: 'retry',
    });
    expect(resultOfFailure(new Error('ECONNREFUSED'))).toEqual({
      outcome: 'retry',
      note: 'ECONNREFUSED',
    });
    expect(resultOfFailure('odd')).toMatchObject({ outcome: 'retry', note: 'odd' });
  });
});
