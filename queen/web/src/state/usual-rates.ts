/** How much each agent sends as a rule: from the times of its lines of the last day. */
import { seriesSchema } from '@apiary/common/messages/analysis.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

const answerSchema = z.object({
  from: z.number(),
  step: z.number(),
  series: z.array(seriesSchema),
});

const DAY_MS = 86_400_000;
const BUCKETS = 96;
/** As many as the store tells apart. */
const AGENTS_MAX = 20;
/** Whoever sent in fewer than these, two hours, has no usual rate yet. */
const BUCKETS_MIN = 8;
/** Beyond this a factor says no more than that it is far. */
const FACTOR_MAX = 100;

/** Agent id → lines a second while it sends, over the last day. @throws AppError */
export async function usualRates(
  nowMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const body = {
    query: '*',
    from: nowMs - DAY_MS,
    to: nowMs,
    buckets: BUCKETS,
    split: { field: 'agent', top: AGENTS_MAX },
  };
  const answer = await callApi('/api/search/series', answerSchema, {
    method: 'POST',
    body,
    signal,
  });
  return ratesOf(answer);
}

/**
 * Lines a second of each series: the median of those quarters of an hour in which it sent, so that neither rest nor
 * one burst of the day moves it.
 */
export function ratesOf({ step, series }: z.output<typeof answerSchema>): Map<string, number> {
  const rates = new Map<string, number>();
  for (const { kind, value, counts } of series) {
    const busy = counts.filter((count) => count > 0).sort((a, b) => a - b);
    const median = busy[busy.length >> 1];
    if (kind !== 'value' || value === undefined || median === undefined) continue;
    if (busy.length >= BUCKETS_MIN) rates.set(value, median / (step / 1_000));
  }
  return rates;
}

/** `3.1×`, `as usual`, `a third of usual`: how a rate compares, and whether that is worth a look. */
export function againstUsual(
  rate: number,
  usual: number | undefined,
): { readonly text: string; readonly isUnusual: boolean } {
  if (usual === undefined) return { text: 'new today', isUnusual: false };
  if (rate === 0) return { text: 'at rest', isUnusual: false };
  const factor = rate / usual;
  if (factor >= FACTOR_MAX) return { text: `over ${FACTOR_MAX}×`, isUnusual: true };
  if (factor >= 1.5) {
    const text = factor < 10 ? `${factor.toFixed(1)}×` : `${Math.round(factor)}×`;
    return { text, isUnusual: factor >= 3 };
  }
  return factor >= 0.5
    ? { text: 'as usual', isUnusual: false }
    : { text: `${factor.toFixed(1)}×`, isUnusual: false };
}
