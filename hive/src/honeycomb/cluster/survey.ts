/**
 * Who holds what at one moment: a version of the catalogue, and for each segment the honeycomb that owned it
 * then, which answers for what no chunk of that version has. Only they are asked; what one of them cannot tell
 * is missing.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { ChunkEntry, ChunkStore, SegmentOwner } from '@apiary/common/chunks/chunks.ts';
import { type AppError, toAppError } from '@apiary/common/errors.ts';
import { CLUSTER_COVER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Cover } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import type { TallySpan } from '../search/tally.ts';
import type { OwnPart } from './own-part.ts';

/** What a survey is made with. */
export interface SurveyContext {
  readonly bus: Bus;
  readonly store: ChunkStore;
  readonly instance: string;
  readonly own: OwnPart;
}

/** A honeycomb, and the segments that it answers for. */
export interface Member {
  readonly instance: string;
  readonly segments: readonly string[];
}

/** See the file's head. */
export interface Survey {
  readonly version: number;
  readonly chunks: readonly ChunkEntry[];
  /** This one first. */
  readonly members: readonly Member[];
}

/** The first and last time of some records. */
export type Times = Pick<Survey['chunks'][number], 'minTime' | 'maxTime'>;

/** Makes one, by one look at the catalogue. */
export async function surveyHoneycombs({ store, instance }: SurveyContext): Promise<Survey> {
  const { version, chunks, segments } = await store.catalogue();
  return { version, chunks, members: membersOf(segments, instance) };
}

/** What the members say that they hold, and why some do not say it. */
export interface Covers {
  readonly covers: readonly Cover[];
  readonly missing: readonly string[];
}

/** Asks all members what they hold beyond the survey's version. */
export async function coversOf(
  { bus, instance, own }: SurveyContext,
  { version, members }: Survey,
): Promise<Covers> {
  const options = { actor: HONEYCOMB_ACTOR, deadlineMs: CLUSTER_COVER_MS_MAX };
  const missing: string[] = [];
  const answers = await Promise.all(
    members.map((member) => {
      if (member.instance === instance) return own.cover(version);
      const to = { ...options, instance: member.instance };
      return callAction(bus, honeycombActions.cover, { version }, to).catch((error: unknown) => {
        missing.push(...whyMissing(member.segments, error));
      });
    }),
  );
  return { covers: answers.filter((cover) => cover !== undefined), missing };
}

/** What the records span that are in no chunk of a version. Who does not tell is asked for them all the same. */
export async function unsealedTimes(context: SurveyContext, survey: Survey): Promise<Times[]> {
  const { covers } = await coversOf(context, survey);
  return covers.flatMap(({ times }) => (times ? [{ minTime: times.min, maxTime: times.max }] : []));
}

/** True where only what is held tells of which time a search's histogram is. */
export function isSpanOpen({
  histogram,
  from,
  to,
}: {
  readonly histogram?: unknown;
  readonly from?: TallySpan['from'] | undefined;
  readonly to?: TallySpan['to'] | undefined;
}): boolean {
  return histogram !== undefined && (from === undefined || to === undefined);
}

/** Why what a member was to tell of its segments is missing. */
export function whyMissing(segments: readonly string[], error: unknown): string[] {
  const reason = reasonOf(toAppError(error));
  return segments.map((id) => `segment ${id}: ${reason}`);
}

function reasonOf({ code, message }: AppError): string {
  if (code !== 'component-missing') return message;
  return 'its honeycomb is gone and nobody has adopted it yet';
}

function membersOf(segments: readonly SegmentOwner[], first: string): Member[] {
  const owned = new Map<string, string[]>([[first, []]]);
  for (const { id, instance } of segments) {
    const ids = owned.get(instance);
    if (ids) ids.push(id);
    else owned.set(instance, [id]);
  }
  return [...owned].map(([instance, ids]) => ({ instance, segments: ids }));
}
