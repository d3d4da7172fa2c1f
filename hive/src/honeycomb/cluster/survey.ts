/**
 * Who holds what at one moment: a version of the catalogue, and for each segment the honeycomb that answers
 * for what no chunk of that version has. Whoever has a segment's latest epoch counts; what nobody answers for
 * is missing.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { CLUSTER_COVER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Cover } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import type { OwnPart } from './own-part.ts';

/** What a survey is made with. */
export interface SurveyContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly store: ChunkStore;
  readonly instance: string;
  readonly own: OwnPart;
}

/** A honeycomb that answers. */
export interface Member {
  readonly instance: string;
  readonly cover: Cover;
  /** Segments that it answers for. */
  readonly segments: readonly string[];
}

/** See the file's head. */
export interface Survey {
  readonly version: number;
  readonly chunks: readonly ChunkEntry[];
  /** This one first. */
  readonly members: readonly Member[];
  readonly missing: readonly string[];
}

/** Makes one. */
export async function surveyHoneycombs(context: SurveyContext): Promise<Survey> {
  const { store } = context;
  const { version, chunks } = await store.catalogue();
  const segments = await store.segments();
  const answers = await coversOf(context, version);
  const owners = ownersOf(answers);
  const missing = segments
    // Whoever answers with an older epoch has lost it: what came after is with somebody else.
    .filter(({ id, epoch }) => (owners.get(id)?.epoch ?? Number.NEGATIVE_INFINITY) < epoch)
    .map(({ id }) => `segment ${id}: its honeycomb is gone and nobody has adopted it yet`);
  const members = answers.map((answer) => ({
    ...answer,
    segments: [...owners]
      .filter(([, { instance }]) => instance === answer.instance)
      .map(([id]) => id),
  }));
  return { version, chunks, members, missing };
}

type Answer = Pick<Member, 'instance' | 'cover'>;

/** Of everybody who answers, this one first. */
async function coversOf(
  { documents, instance, own, bus }: SurveyContext,
  version: number,
): Promise<Answer[]> {
  const collection = await documents.collection(HONEYCOMBS);
  const others = (await collection.find()).filter(({ document }) => document.id !== instance);
  const options = { actor: HONEYCOMB_ACTOR, deadlineMs: CLUSTER_COVER_MS_MAX };
  const [mine, ...theirs] = await Promise.all([
    own.cover(version),
    ...others.map(({ document: { id } }) =>
      callAction(bus, honeycombActions.cover, { version }, { ...options, instance: id }).then(
        (cover) => ({ instance: id, cover }),
        // What it holds is named as missing, unless another one answers for it.
        () => undefined,
      ),
    ),
  ]);
  return [{ instance, cover: mine }, ...theirs.filter((member) => member !== undefined)];
}

/** Segment → who answers for it: whoever has its latest epoch. */
function ownersOf(
  answers: readonly Answer[],
): Map<string, { readonly epoch: number; readonly instance: string }> {
  const best = new Map<string, { readonly epoch: number; readonly instance: string }>();
  for (const { instance, cover } of answers) {
    for (const { id, epoch } of cover.segments) {
      const known = best.get(id);
      if (!known || known.epoch < epoch) best.set(id, { epoch, instance });
    }
  }
  return best;
}
