import { DELIVERY_RETRY_MS_MAX, DELIVERY_RETRY_MS_MIN } from '@apiary/common/limits/deliveries.ts';

/**
 * The pause before the next attempt: doubled each time up to the longest, then anything between half of
 * that and all of it, so that what failed together does not come back together.
 *
 * @param failures attempts that failed so far, from 1
 * @param random from 0 to 1
 */
export function retryPauseMs(failures: number, random: number): number {
  const full = Math.min(DELIVERY_RETRY_MS_MIN * 2 ** (failures - 1), DELIVERY_RETRY_MS_MAX);
  return Math.round(full / 2 + (full / 2) * random);
}
