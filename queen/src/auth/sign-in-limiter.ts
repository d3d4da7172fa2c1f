/**
 * Counts failed sign-ins by account and by address, in memory. An attempt counts as failed from its
 * beginning until it turns out right, so that many at once get no more tries than one after another.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import {
  SIGN_IN_ACCOUNT_FAILURES_MAX,
  SIGN_IN_ADDRESS_FAILURES_MAX,
  SIGN_IN_COUNTERS_MAX,
  SIGN_IN_WINDOW_MS,
} from '@apiary/common/limits/access.ts';

interface Counter {
  failures: number;
  /** Forgotten then. */
  untilMs: number;
  readonly most: number;
}

/** Says no to whoever has failed too often. */
export class SignInLimiter {
  readonly #clock: Clock;
  /** In the order in which they were counted last, the eldest first. */
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Accounts and addresses that are remembered. */
  get size(): number {
    return this.#counters.size;
  }

  /**
   * Notes the beginning of an attempt.
   *
   * @throws AppError `too-many` while the account or the address is locked
   */
  begin(account: string, address: string): void {
    const now = this.#clock.now();
    const keys = keysOf(account, address);
    for (const [key] of keys) {
      const counter = this.#counters.get(key);
      if (!counter || counter.untilMs <= now || counter.failures < counter.most) continue;
      const retryAfterMs = counter.untilMs - now;
      const minutes = Math.ceil(retryAfterMs / 60_000);
      throw new AppError(
        'too-many',
        `Too many failed sign-ins. Try again in ${minutes} min, or set a new password with ./apiary users password.`,
        { details: { retryAfterMs } },
      );
    }
    for (const [key, most] of keys) this.#count(key, most, now);
  }

  /** The attempt was right: the account's failures are forgotten, the address's one fewer. */
  succeeded(account: string, address: string): void {
    const [[accountKey], [addressKey]] = keysOf(account, address);
    this.#counters.delete(accountKey);
    const counter = this.#counters.get(addressKey);
    if (counter) counter.failures -= 1;
  }

  /** Opens an account again, when its password was set anew. */
  unlock(account: string): void {
    this.#counters.delete(keysOf(account, '')[0][0]);
  }

  /** Until when an account is locked. */
  lockedUntilMs(account: string): number | undefined {
    const counter = this.#counters.get(keysOf(account, '')[0][0]);
    const isLocked =
      counter && counter.failures >= counter.most && counter.untilMs > this.#clock.now();
    return isLocked ? counter.untilMs : undefined;
  }

  #count(key: string, most: number, now: number): void {
    const known = this.#counters.get(key);
    const failures = (known && known.untilMs > now ? known.failures : 0) + 1;
    this.#counters.delete(key);
    if (this.#counters.size >= SIGN_IN_COUNTERS_MAX) this.#forgetOne(now);
    this.#counters.set(key, { failures, most, untilMs: now + SIGN_IN_WINDOW_MS });
  }

  /** Locks outlive a flood of made-up names. @throws AppError `too-many` if all are locks */
  #forgetOne(now: number): void {
    for (const [key, counter] of this.#counters) {
      if (counter.untilMs > now && counter.failures >= counter.most) continue;
      this.#counters.delete(key);
      return;
    }
    throw new AppError('too-many', 'Too many accounts are locked; try again later.');
  }
}

type Keys = [account: [key: string, most: number], address: [key: string, most: number]];

function keysOf(account: string, address: string): Keys {
  return [
    [`account ${account}`, SIGN_IN_ACCOUNT_FAILURES_MAX],
    [`address ${networkOf(address)}`, SIGN_IN_ADDRESS_FAILURES_MAX],
  ];
}

/** One customer has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!bare.includes(':')) return bare;
  const [head = '', tail] = bare.split('::');
  const left = head.split(':').filter((group) => group !== '');
  if (tail === undefined) return left.slice(0, 4).join(':');
  const right = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
