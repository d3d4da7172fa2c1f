import { ManualClock } from '@apiary/common/clock.ts';
import {
  SIGN_IN_ACCOUNT_FAILURES_MAX,
  SIGN_IN_ADDRESS_FAILURES_MAX,
  SIGN_IN_COUNTERS_MAX,
  SIGN_IN_WINDOW_MS,
} from '@apiary/common/limits/access.ts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SignInLimiter } from './sign-in-limiter.ts';

let clock: ManualClock;
let limiter: SignInLimiter;

beforeEach(() => {
  clock = new ManualClock();
  limiter = new SignInLimiter(clock);
});

function lock(account: string, address: string): void {
  for (let i = 0; i < SIGN_IN_ACCOUNT_FAILURES_MAX; i += 1) limiter.begin(account, address);
}

const locked = expect.objectContaining({ code: 'too-many' });

describe('the sign-in limiter', () => {
  it('locks an account for every address, until the window is over', () => {
    lock('mira', '192.0.2.1');
    expect(() => limiter.begin('mira', '192.0.2.2')).toThrow(locked);
    expect(limiter.lockedUntilMs('mira')).toBe(clock.now() + SIGN_IN_WINDOW_MS);
    clock.advance(SIGN_IN_WINDOW_MS);
    expect(limiter.lockedUntilMs('mira')).toBeUndefined();
    limiter.begin('mira', '192.0.2.2');
  });

  it('forgets the failures of an account when the right one comes', () => {
    for (let i = 0; i < 5; i += 1) {
      for (let k = 1; k < SIGN_IN_ACCOUNT_FAILURES_MAX; k += 1) limiter.begin('mira', `${i}.${k}`);
      limiter.begin('mira', '192.0.2.1');
      limiter.succeeded('mira', '192.0.2.1');
    }
    limiter.begin('mira', '192.0.2.1');
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', '2001:db8:0:0:1::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('takes %s and %s for one customer', (one, other) => {
    for (let i = 0; i < SIGN_IN_ADDRESS_FAILURES_MAX; i += 1) limiter.begin(`name${i}`, one);
    expect(() => limiter.begin('mira', other)).toThrow(locked);
    limiter.begin('mira', '2001:db8:9::1');
  });

  it('keeps locks through a flood of made-up names, in bounded memory', () => {
    lock('mira', '192.0.2.1');
    for (let i = 0; i < 2 * SIGN_IN_COUNTERS_MAX; i += 1) limiter.begin(`name${i}`, `address ${i}`);
    expect(() => limiter.begin('mira', '192.0.2.2')).toThrow(locked);
    expect(limiter.size).toBeLessThanOrEqual(SIGN_IN_COUNTERS_MAX);
  });
});
