/** Ids that come out the same whenever a message is seen again. */
import { createHash } from 'node:crypto';

const TIME_MAX = 0xffff_ffff_ffff;
const TIME_DIGITS = 12;

/** 32 hexadecimal digits that stand for these texts in this order. */
export function keyOf(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * A delivery's id from the message and where it goes; it begins with the time counted backwards, so that
 * the order of ids is the newest first.
 */
export function deliveryId(atMs: number, message: string, destination: string): string {
  return `${timePrefix(atMs)}-${keyOf(message, destination)}`;
}

/** What the ids of deliveries of this moment begin with; greater ones are older. */
export function timePrefix(atMs: number): string {
  const time = Math.min(Math.max(Math.floor(atMs), 0), TIME_MAX);
  return (TIME_MAX - time).toString(16).padStart(TIME_DIGITS, '0');
}
