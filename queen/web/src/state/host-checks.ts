/** Results of monitoring plugins, as a Bee writes them: one JSON line each. */
import type { Target } from '@apiary/common/messages/agent.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { recordSchema } from '@apiary/common/record.ts';
import { z } from 'zod';
import { callApi } from './http.ts';

/** What a plugin says of itself. */
export const CHECK_STATUSES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

const figureSchema = z.object({
  value: z.number(),
  unit: z.string().optional(),
  warn: z.string().optional(),
  crit: z.string().optional(),
  max: z.number().optional(),
});

const resultSchema = z.object({
  status: z.enum(CHECK_STATUSES),
  output: z.string(),
  details: z.string().optional(),
  perfdata: z.record(z.string(), figureSchema).catch({}),
  duration_ms: z.number().optional(),
});

/** One result with its time. */
export type CheckResult = z.output<typeof resultSchema> & { readonly atMs: number };

/** One figure of a result. */
export type CheckFigure = z.output<typeof figureSchema>;

const answerSchema = z.object({ records: z.array(recordSchema) });

/** Results that are shown of each check. */
const RESULTS_MAX = 30;

/** The name of the plugin that a target runs; undefined for other targets. */
function checkOfUrl(url: string): string | undefined {
  return /^check:([A-Za-z0-9._-]+)/.exec(url)?.[1];
}

/** The checks among targets by name, each with its target; one that runs goes before one that failed. */
export function checksOf(targets: readonly Target[]): ReadonlyMap<string, Target> {
  const checks = new Map<string, Target>();
  for (const target of targets) {
    const name = checkOfUrl(target.url);
    if (name === undefined) continue;
    if (!checks.has(name) || target.status.state !== 'failed') checks.set(name, target);
  }
  return checks;
}

/** Selects the results of all checks of a host, or of one. */
export function checkQuery(agent: string, check?: string): string {
  const stream =
    check === undefined ? 'file:check\\:*' : formatFieldValue('file', `check:${check}`);
  return `${formatFieldValue('agent', agent)} AND ${stream}`;
}

/** The last results of one check, newest first. @throws AppError */
export async function checkResults(
  agent: string,
  check: string,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const body = { query: checkQuery(agent, check), limit: RESULTS_MAX, order: 'newest' };
  const { records } = await callApi('/api/search', answerSchema, { method: 'POST', body, signal });
  return records.flatMap(({ body: text, time }) => readResult(text, time) ?? []);
}

/** A line as a result; undefined if it is none. */
export function readResult(text: string, atMs: number): CheckResult | undefined {
  try {
    const result = resultSchema.safeParse(JSON.parse(text));
    return result.success ? { ...result.data, atMs } : undefined;
  } catch {
    return undefined;
  }
}

/** Since when the newest status holds, as far as the results go back. */
export function statusSince(results: readonly CheckResult[]): number | undefined {
  const [newest] = results;
  const change = results.findIndex(({ status }) => status !== newest?.status);
  return (change < 0 ? results.at(-1) : results[change - 1])?.atMs;
}
