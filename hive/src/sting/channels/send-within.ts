import { ATTEMPT_MS_MAX } from '@apiary/common/limits/deliveries.ts';
import { abortable } from '../outbound/abortable.ts';
import { resultOfFailure } from './answer.ts';
import type { Channel, SendOrder, SendResult } from './channel.ts';

/**
 * One attempt that ends in time, also where a channel's library has a clock of its own: an attempt must be over
 * before its lease is, or two instances would send.
 */
export async function sendWithin(
  channel: Channel,
  order: Omit<SendOrder, 'signal'>,
  timeoutMs = ATTEMPT_MS_MAX,
): Promise<SendResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await abortable(channel.send({ ...order, signal }), signal);
  } catch (error) {
    return resultOfFailure(error);
  }
}
