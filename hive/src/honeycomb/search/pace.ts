import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@apiary/common/errors.ts';
import { TURN_MS_MAX } from '@apiary/common/limits.ts';
import type { Pace } from '../records/record-set.ts';

/** Thrown within a search whose time is up; the coordinator answers with what it has. */
export class TimeIsUp extends Error {}

/**
 * A pace for one computation: gives way after TURN_MS_MAX.
 *
 * @param limits `signal`: throws `deadline-passed` once it is aborted; `isOver`: throws {@link TimeIsUp}
 */
export function createPace(
  limits: { readonly signal?: AbortSignal; readonly isOver?: () => boolean } = {},
): Pace {
  let turnBegan = performance.now();
  const giveWay = async () => {
    await nextTurn();
    turnBegan = performance.now();
    if (limits.signal?.aborted) {
      throw new AppError('deadline-passed', 'Nobody waits for this search any more.');
    }
    if (limits.isOver?.()) throw new TimeIsUp();
  };
  return () => (performance.now() - turnBegan > TURN_MS_MAX ? giveWay() : undefined);
}
