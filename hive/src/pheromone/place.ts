/**
 * The place of one query in the log, and what each message means for it. Commits are numbered across
 * instances and restarts of honeycomb, so one number is a place; the epoch tells old messages apart.
 */
import type { LiveMatches } from '@apiary/common/messages/live.ts';
import type { FeedPosition } from './feed.ts';
import type { Cursor } from './model.ts';

/** What to do with a message. */
export type Move =
  /** Judged already. */
  | { readonly kind: 'stale' }
  /** It goes on from where we are. */
  | { readonly kind: 'next'; readonly to: Cursor }
  /** Something between was missed: fetch all after the cursor up to `to`, and leave the message aside. */
  | { readonly kind: 'gap'; readonly after: number; readonly to: Cursor };

/** What a message of matches means; a query without a place waits for its first position. */
export function moveByMatches(cursor: Cursor | undefined, message: LiveMatches): Move {
  const { instance, epoch, sequence, previous, omitted } = message;
  if (!cursor || epoch < cursor.epoch || sequence <= cursor.sequence) return { kind: 'stale' };
  const to = { instance, epoch, sequence };
  if (previous > cursor.sequence || omitted > 0) {
    return { kind: 'gap', after: cursor.sequence, to };
  }
  return { kind: 'next', to };
}

/** What a position means. A query without a place begins there. */
export function moveByPosition(cursor: Cursor | undefined, position: FeedPosition): Move {
  const { instance, epoch, sequence, committed } = position;
  const to = { instance, epoch, sequence: Math.max(sequence, committed) };
  if (!cursor) return { kind: 'next', to };
  if (epoch < cursor.epoch || committed < cursor.sequence) return { kind: 'stale' };
  if (sequence > cursor.sequence) return { kind: 'gap', after: cursor.sequence, to };
  return { kind: 'next', to };
}
