/**
 * Counts of a field's members: ordinary searches for counts alone, one for each member, without the lines of
 * the members before it.
 */
import { FIELD_MEMBERS_MAX } from '@apiary/common/limits/screens.ts';
import { histogramSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import type { FieldMember, QueryField } from '@apiary/common/messages/query-field.ts';
import { z } from 'zod';
import { bucketCount } from './counts.ts';
import { callApi } from './http.ts';
import { type TimeRange, windowOf } from './time-range.ts';

const answerSchema = z.object({ total: z.number(), histogram: histogramSchema.optional() });

/** How often one category occurs. */
export interface CategoryCount {
  readonly total: number;
  /** Over time, oldest first. */
  readonly points: readonly number[];
}

/** A field's categories, as they are now. */
export interface FieldCounts {
  /** One for each member, in their order. */
  readonly members: readonly CategoryCount[];
  readonly rest: CategoryCount;
  readonly fromMs: number;
  readonly stepMs: number;
}

/** The query of a member: the search's own, and its query, and none of those before it. */
export function memberQuery(query: string, members: readonly FieldMember[], at: number): string {
  const own = `(${members[at]?.query ?? '*'})`;
  const before = members.slice(0, at).map((member) => ` NOT (${member.query})`);
  const base = query.trim() === '' ? '' : `(${query.trim()}) AND `;
  return `${base}${own}${before.join('')}`;
}

/** The first colour that no member has. */
export function freeColor(members: readonly FieldMember[]): number {
  const taken = new Set(members.map((member) => member.color));
  let color = 1;
  while (taken.has(color) && color < FIELD_MEMBERS_MAX) color++;
  return color;
}

/**
 * Counts all members and everything else.
 * @throws AppError as the first search that failed; the signal's reason when aborted
 */
export async function countField(
  what: { readonly query: string; readonly range: TimeRange; readonly field: QueryField },
  nowMs: number,
  signal: AbortSignal,
): Promise<FieldCounts> {
  const { query, range, field } = what;
  const all = await count(query, range, nowMs, signal);
  const span = all.histogram;
  const window =
    span && range.kind === 'all'
      ? {
          fromMs: span.from,
          toMs: span.from + bucketCount(span) * span.step,
          buckets: bucketCount(span),
        }
      : windowOf(range, nowMs);
  const counted = await Promise.all(
    field.members.map(async (_member, at) => {
      const request = memberQuery(query, field.members, at);
      return categoryOf(await ask(request, window, signal), window.buckets);
    }),
  );
  const whole = categoryOf(all, window.buckets);
  const stepMs = span?.step ?? 1000;
  return {
    members: counted,
    rest: restOf(whole, counted),
    fromMs: span?.from ?? window.fromMs ?? 0,
    stepMs,
  };
}

type Window = ReturnType<typeof windowOf>;
type Answer = z.output<typeof answerSchema>;

function count(query: string, range: TimeRange, nowMs: number, signal: AbortSignal) {
  return ask(query, windowOf(range, nowMs), signal);
}

async function ask(query: string, window: Window, signal: AbortSignal): Promise<Answer> {
  const body = {
    query,
    limit: 0,
    histogram: { buckets: Math.max(1, window.buckets) },
    ...(window.fromMs === undefined ? {} : { from: window.fromMs }),
    ...(window.toMs === undefined ? {} : { to: window.toMs }),
  };
  return await callApi('/api/search', answerSchema, { method: 'POST', body, signal });
}

function categoryOf(answer: Answer, buckets: number): CategoryCount {
  const points = Array.from({ length: buckets }, () => 0);
  for (const row of Object.values(answer.histogram?.levels ?? {})) {
    for (const [at, value] of row.entries())
      if (at < buckets) points[at] = (points[at] ?? 0) + value;
  }
  return { total: answer.total, points };
}

/** Lines may come between two counts: what is left is never below zero. */
function restOf(whole: CategoryCount, members: readonly CategoryCount[]): CategoryCount {
  const sum = (pick: (one: CategoryCount) => number) =>
    members.reduce((total, one) => total + pick(one), 0);
  return {
    total: Math.max(0, whole.total - sum((one) => one.total)),
    points: whole.points.map((value, at) => Math.max(0, value - sum((one) => one.points[at] ?? 0))),
  };
}
