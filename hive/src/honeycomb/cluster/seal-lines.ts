/**
 * Before lines are taken out of a store that several honeycombs share, each of them seals what it has open: then all
 * of the lines are where one of them can rewrite them, and no frame has their bytes.
 */
import type { Segment } from '@apiary/common/chunks/chunks.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { CLUSTER_SEAL_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { SealLines } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { Matching } from '../life/matching.ts';
import { refuseOpen } from '../life/seal-matching.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import type { Sealer } from '../sealing/sealer.ts';
import type { Adoption } from './adoption.ts';
import type { SurveyContext } from './survey.ts';

/** A segment, by who has it. */
type Held = Pick<Segment, 'id' | 'epoch'>;

/** What sealing here works with. */
export interface SealHereContext {
  readonly holdings: Holdings;
  readonly segment: Segment;
  readonly sealer: Sealer;
  readonly adoption: Adoption;
  /** Resolves once everything that has arrived is committed. */
  readonly settled: () => Promise<void>;
}

/** Seals all that is open here. @throws AppError `conflict` when some of the lines still are */
export async function sealHere(
  { holdings, segment, sealer, adoption, settled }: SealHereContext,
  lines: SealLines,
): Promise<Held[]> {
  // A number may be given out whose rows have not come here yet.
  await settled();
  const segments = holdings.segments;
  await sealer.sealAll();
  await adoption.sealAll();
  await refuseOpen(holdings, new Matching(lines));
  // Frames of which nothing came to exist hold bytes as well: the catalogue says that they are nothing.
  await segment.seal([], []);
  return [...segments];
}

/** What sealing everywhere works with. */
export interface SealEverywhereContext extends Pick<SurveyContext, 'bus' | 'instance' | 'store'> {
  readonly documents: Documents;
  readonly sealHere: (lines: SealLines) => Promise<readonly Held[]>;
}

/** Has everybody seal. @throws AppError `conflict` while a segment has nobody who does */
export async function sealEverywhere(
  { bus, documents, instance, store, sealHere: here }: SealEverywhereContext,
  lines: SealLines,
): Promise<void> {
  const members = await (await documents.collection(HONEYCOMBS)).find();
  const others = members.map(({ document }) => document.id).filter((id) => id !== instance);
  const options = { actor: HONEYCOMB_ACTOR, deadlineMs: CLUSTER_SEAL_MS_MAX };
  const answers = await Promise.all([
    here(lines),
    ...others.map((id) =>
      callAction(bus, honeycombActions.sealLines, lines, { ...options, instance: id }).then(
        ({ segments }) => segments,
        (error: unknown) => {
          const { code } = toAppError(error);
          // Of whoever is gone the segment is told below, unless another one has adopted it.
          if (code === 'component-missing' || code === 'deadline-passed') return [];
          throw error;
        },
      ),
    ),
  ]);
  const epochs = new Map<string, number>();
  for (const { id, epoch } of answers.flat()) {
    epochs.set(id, Math.max(epochs.get(id) ?? Number.NEGATIVE_INFINITY, epoch));
  }
  const left = (await store.catalogue()).segments.filter(
    ({ id, epoch }) => (epochs.get(id) ?? Number.NEGATIVE_INFINITY) < epoch,
  );
  if (left.length === 0) return;
  const ids = left.map(({ id }) => id).join(', ');
  throw new AppError('conflict', `Nobody has sealed what segment ${ids} holds yet.`);
}
