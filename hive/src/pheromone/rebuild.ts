/** Which stretches of the log a rule's windows are made of, after another one judged them. */
import { baseOf, stretchOf } from '@apiary/common/chunks/stretch.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { StandAnswer } from '@apiary/common/messages/live.ts';
import type { Place } from '@apiary/common/standing/place.ts';
import type { RuleState } from './model.ts';

/** Commits of one stretch to be judged again, and who is to be asked. */
export interface Stretch {
  readonly instance: string;
  readonly epoch: number;
  readonly after: number;
  readonly to: number;
}

/**
 * From the mark to the place, at each honeycomb.
 *
 * @throws AppError `component-missing` while one of them is gone and was not adopted yet
 */
export function stretchesSince(
  mark: RuleState['marks'][number],
  place: Place,
  answer: StandAnswer,
): Stretch[] {
  return place.cursors.flatMap(({ sequence: to }) => {
    const stretch = stretchOf(to);
    const after =
      mark.sequences.find((sequence) => stretchOf(sequence) === stretch) ?? baseOf(stretch);
    if (to <= after) return [];
    const holder = answer.positions.find(({ committed }) => stretchOf(committed) === stretch);
    if (holder) return [{ instance: holder.instance, epoch: holder.epoch, after, to }];
    // What is over was sealed, and every honeycomb reads it.
    const [any] = answer.positions;
    if (answer.isComplete && any) return [{ instance: any.instance, epoch: any.epoch, after, to }];
    const message =
      'A honeycomb is gone whose lines the windows need; another one will adopt them.';
    throw new AppError('component-missing', message);
  });
}
