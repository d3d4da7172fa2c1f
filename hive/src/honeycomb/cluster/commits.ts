/** How far the commits of several honeycombs have come, asked of all of them. */
import type { Stretches } from '@apiary/common/chunks/chunks.ts';
import { CommitBound } from '@apiary/common/chunks/commit-bound.ts';
import { baseOf } from '@apiary/common/chunks/stretch.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Cover } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { coversOf, type SurveyContext, surveyHoneycombs } from './survey.ts';

/** How often it is asked anew when a segment changed hands meanwhile. */
const ATTEMPTS_MAX = 5;

/**
 * A bound which nothing comes into any more: all within it is sealed, or open at who holds it now.
 *
 * @throws AppError `store-busy` when a segment has nobody who answers for it
 */
export async function commitsNow(context: SurveyContext): Promise<CommitBound> {
  let missing: readonly string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const answers = await coversOf(context, await surveyHoneycombs(context));
    missing = answers.missing;
    if (missing.length > 0) break;
    const told = newestOf(answers.covers);
    // Who joined since the survey has a stretch of its own, which must not count as one that is over.
    const stretches = await context.store.stretches();
    const isTold = stretches.segments.every(
      ({ id, epoch }) => (told.get(id)?.epoch ?? Number.NEGATIVE_INFINITY) >= epoch,
    );
    if (isTold) return boundOf(stretches, (id) => told.get(id)?.last ?? 0);
  }
  const why = missing.length > 0 ? missing.join('; ') : 'segments change hands';
  throw new AppError('store-busy', `What the honeycombs hold is not known now: ${why}.`);
}

/** Segment → what is told by who has it, and not by who lost it and does not know. */
function newestOf(covers: readonly Cover[]): Map<string, Cover['segments'][number]> {
  const newest = new Map<string, Cover['segments'][number]>();
  for (const segment of covers.flatMap(({ segments }) => segments)) {
    const known = newest.get(segment.id);
    if (!known || known.epoch < segment.epoch) newest.set(segment.id, segment);
  }
  return newest;
}

function boundOf(
  { segments, ends, newest }: Stretches,
  lastOf: (segment: string) => number,
): CommitBound {
  const sealed = (stretch: number) => ends.get(stretch) ?? baseOf(stretch);
  const bounds = new Map([[newest, sealed(newest)]]);
  for (const { id, stretch } of segments) {
    bounds.set(stretch, Math.max(lastOf(id), sealed(stretch)));
  }
  return new CommitBound([...bounds.values()].sort((a, b) => a - b));
}
