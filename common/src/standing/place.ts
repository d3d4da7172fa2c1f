/**
 * The place of one standing query in the log, and what each message means for it. Commits are numbered in
 * stretches (`chunks/stretch.ts`). Where there is one honeycomb on SQLite they all lie in one, over its
 * restarts; several honeycombs count side by side, and a place is one number for each. A stretch that is over (its honeycomb stopped, or died and was adopted) is
 * judged to its end and forgotten; one that is newer than all that were heard of is judged from its beginning.
 */
import { z } from 'zod';
import { baseOf, stretchOf } from '../chunks/stretch.ts';
import { PLACE_PAST_MAX } from '../limits/alerts.ts';
import type { LiveMatches, StandAnswer } from '../messages/live.ts';

const cursorSchema = z.object({
  /** Who told so. */
  instance: z.string(),
  epoch: z.number().int(),
  /** Everything of this stretch up to here was judged. */
  sequence: z.number().int(),
  /** Nothing comes after. */
  isOver: z.boolean().default(false),
});

/** How far one stretch was judged. */
export type Cursor = z.output<typeof cursorSchema>;

/** See the file's head; as it is stored. */
export const placeSchema = z.preprocess(
  ofOneStretch,
  z.object({
    cursors: z.array(cursorSchema),
    /** Stretches up to this one that are not named here are none of ours. */
    newest: z.number().int(),
    /** Stretches whose honeycomb did not answer when the query began: they count from what is heard first. */
    pending: z.array(z.number().int()),
  }),
);

/** See {@link placeSchema}. */
export type Place = z.output<typeof placeSchema>;

/** How far one honeycomb judged one query. */
export interface Position {
  readonly instance: string;
  readonly epoch: number;
  /** The query's last message. */
  readonly sequence: number;
  /** Everything up to this commit was judged. */
  readonly committed: number;
  readonly atMs: number;
  readonly isOver: boolean;
}

/** What to do with a message. */
export type Move =
  /** Judged already. */
  | { readonly kind: 'stale' }
  /** It goes on from where we are. */
  | { readonly kind: 'next'; readonly to: Cursor }
  /** Something between was missed: fetch all after the cursor up to `to`, and leave the message aside. */
  | { readonly kind: 'gap'; readonly after: number; readonly to: Cursor };

/** Where the `index`-th query of a request begins that has just been registered. */
export function beginAt(answer: StandAnswer, index: number): Place {
  const cursors = positionsOf(answer, index)
    .filter(({ isOver }) => !isOver)
    .map(({ instance, epoch, committed, sequence }) => {
      // A commit that is being judged now is not judged by a query that has just come.
      return { instance, epoch, sequence: Math.max(committed, sequence), isOver: false };
    });
  return { cursors, newest: answer.newest, pending: answer.pending };
}

/** The position of the `index`-th query of an answer's. */
export function positionsOf({ positions }: StandAnswer, index: number): Position[] {
  return positions.map(({ sequences, ...rest }) => ({
    ...rest,
    // Of one that is over nobody knows any more where the query's last match was.
    sequence: rest.isOver ? rest.committed : (sequences[index] ?? 0),
  }));
}

/** What a message of matches means; a query without a place waits for its first answer. */
export function moveByMatches(place: Place | undefined, message: LiveMatches): Move {
  const { instance, epoch, sequence, previous, omitted } = message;
  const known = place && cursorFor(place, sequence, previous);
  if (!known || epoch < known.epoch || sequence < known.sequence) return { kind: 'stale' };
  // Parts of one commit share its sequence: all but the first name it as `previous` too.
  if (sequence === known.sequence && previous < sequence) return { kind: 'stale' };
  const to = { instance, epoch, sequence, isOver: false };
  if (previous > known.sequence || omitted > 0) return { kind: 'gap', after: known.sequence, to };
  return { kind: 'next', to };
}

/** What a position means. */
export function moveByPosition(place: Place | undefined, position: Position): Move {
  const { instance, epoch, sequence, committed, isOver } = position;
  const to = { instance, epoch, sequence: Math.max(sequence, committed), isOver };
  const known = place && cursorFor(place, to.sequence, to.sequence);
  if (!known || epoch < known.epoch || committed < known.sequence) return { kind: 'stale' };
  if (sequence > known.sequence) return { kind: 'gap', after: known.sequence, to };
  return { kind: 'next', to };
}

/** The place after a move. */
export function moved(place: Place, to: Cursor): Place {
  const stretch = stretchOf(to.sequence);
  const others = place.cursors.filter(({ sequence }) => stretchOf(sequence) !== stretch);
  const pending = place.pending.filter((each) => each !== stretch);
  return { ...place, cursors: [...others, to], pending };
}

/** The place after all that a whole answer told was followed. */
export function caughtUp(place: Place, { newest, isComplete }: StandAnswer): Place {
  return isComplete ? { ...place, newest: Math.max(place.newest, newest) } : place;
}

/** The place without stretches that are over. The newest may go on under another honeycomb. */
export function withoutPast(place: Place, isNeeded: (cursor: Cursor) => boolean): Place {
  const kept = place.cursors.filter(
    (cursor) => !cursor.isOver || stretchOf(cursor.sequence) >= place.newest || isNeeded(cursor),
  );
  const past = kept.filter(({ isOver }) => isOver).sort((a, b) => b.sequence - a.sequence);
  const forgotten = new Set(past.slice(PLACE_PAST_MAX));
  return { ...place, cursors: kept.filter((cursor) => !forgotten.has(cursor)) };
}

/** What a listener has to be told of: stretches that it follows, and those that it has not heard of. */
export function knownOf(
  places: readonly Place[],
): { stretches: number[]; newest: number } | undefined {
  if (places.length === 0) return undefined;
  const open = places.flatMap(({ cursors }) => cursors.filter(({ isOver }) => !isOver));
  return {
    stretches: [...new Set(open.map(({ sequence }) => stretchOf(sequence)))],
    newest: places.reduce((least, { newest }) => Math.min(least, newest), Infinity),
  };
}

function cursorFor(place: Place, sequence: number, first: number) {
  const stretch = stretchOf(sequence);
  const known = place.cursors.find((cursor) => stretchOf(cursor.sequence) === stretch);
  if (known) return known;
  if (place.pending.includes(stretch)) return { epoch: 0, sequence: first };
  return stretch > place.newest ? { epoch: 0, sequence: baseOf(stretch) } : undefined;
}

/** Before there were several honeycombs a place was one cursor. */
function ofOneStretch(stored: unknown): unknown {
  const old = cursorSchema.safeParse(stored);
  if (!old.success) return stored;
  return { cursors: [old.data], newest: stretchOf(old.data.sequence), pending: [] };
}
