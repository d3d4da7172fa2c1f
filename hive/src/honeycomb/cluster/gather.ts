/**
 * All that several honeycombs hold, as one snapshot for an analysis: chunks of everybody, which are read from
 * the store, and rows that match of what others have not sealed yet.
 */
import { ANALYSIS_DEADLINE_MS } from '@apiary/common/limits/analysis.ts';
import { CLUSTER_COVER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { RemoteRow, RowsRequest } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import { RemoteSet } from './remote-set.ts';
import { type Member, type SurveyContext, surveyHoneycombs, whyMissing } from './survey.ts';

/** Which rows of others are wanted. */
export type Wanted = Omit<RowsRequest, 'version' | 'segments'>;

/** What there is, and what is not. */
export interface Gathered {
  readonly snapshot: HoldingsSnapshot;
  readonly missing: readonly string[];
}

/** Gathers it. @throws AppError `deadline-passed` when aborted */
export async function gather(
  context: SurveyContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Gathered> {
  const { version, chunks, members } = await surveyHoneycombs(context);
  const [own, ...others] = members;
  const mine = await context.own.since(own?.segments ?? [], version);
  const theirs = await Promise.all(
    others.map((member) => rowsOf(context, member, { ...wanted, version }, signal)),
  );
  return {
    snapshot: {
      open: [
        ...mine.open,
        ...theirs.flatMap(({ rows }) => (rows.length > 0 ? new RemoteSet(rows) : [])),
      ],
      chunks: [...chunks, ...mine.chunks],
    },
    missing: [...mine.missing, ...theirs.flatMap((each) => each.missing)],
  };
}

async function rowsOf(
  { bus }: SurveyContext,
  { instance, segments }: Member,
  wanted: Omit<RowsRequest, 'segments'>,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly RemoteRow[]; readonly missing: readonly string[] }> {
  const rows: RemoteRow[] = [];
  if (segments.length === 0) return { rows, missing: [] };
  const request = { ...wanted, segments: [...segments] };
  const deadlines = { deadlineMs: ANALYSIS_DEADLINE_MS, acceptMs: CLUSTER_COVER_MS_MAX };
  const options = { actor: HONEYCOMB_ACTOR, instance, ...deadlines, signal };
  try {
    for await (const part of streamAction(bus, honeycombActions.rows, request, options)) {
      if (part.type === 'end') return { rows, missing: part.missing };
      for (const row of part.rows) rows.push(row);
    }
    return { rows, missing: segments.map((id) => `segment ${id}: the answer ended early`) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { rows, missing: whyMissing(segments, error) };
  }
}
