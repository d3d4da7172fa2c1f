/** What an HTTP answer, or the lack of one, means for a delivery. */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { RETRY_AFTER_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import type { OutboundAnswer } from '../outbound/request.ts';
import type { SendResult } from './channel.ts';

/** Statuses below 500 that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** 2xx is sent; 408, 425, 429 and 5xx are tried again, after `Retry-After` where given; the rest is refused. */
export function resultOf(answer: OutboundAnswer, clock: Clock): SendResult {
  const { status } = answer;
  const note = noteOf(answer);
  if (status >= 200 && status < 300) return { outcome: 'sent', note };
  if (status >= 300 && status < 400) {
    const reason = `${status}: answers with a redirect, which is not followed: give the final address`;
    return { outcome: 'refused', note: reason };
  }
  if (status < 500 && !PASSING.has(status)) return { outcome: 'refused', note };
  const afterMs = retryAfterMs(answer, clock);
  return {
    outcome: 'retry',
    note,
    ...(afterMs !== undefined && { afterMs }),
    pausesChannel: status === 429 || (status === 503 && afterMs !== undefined),
  };
}

/** The status and the beginning of the answer. */
export function noteOf({ status, text }: OutboundAnswer): string {
  const words = text.replace(/\s+/g, ' ').trim().slice(0, 300);
  return words === '' ? String(status) : `${status}: ${words}`;
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), bounded. */
export function retryAfterMs({ headers }: OutboundAnswer, clock: Clock): number | undefined {
  const text = headers['retry-after'];
  if (typeof text !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - clock.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : undefined;
}

/** What was thrown on the way, as a result: a forbidden address is refused, the network may recover. */
export function resultOfFailure(thrown: unknown): SendResult {
  if (thrown instanceof AppError && !thrown.retryable && thrown.code !== 'internal') {
    return { outcome: 'refused', note: `${thrown.code}: ${thrown.message}` };
  }
  const { name, message } = describe(thrown);
  return { outcome: 'retry', note: name === 'TimeoutError' ? 'no answer in time' : message };
}

/** An abort's reason is a DOMException, which not every realm counts among its errors. */
function describe(thrown: unknown): { readonly name: string; readonly message: string } {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) {
    return { name: '', message: String(thrown) };
  }
  return { name: 'name' in thrown ? String(thrown.name) : '', message: String(thrown.message) };
}
