import type { Bus } from '@apiary/common/bus/bus.ts';
import { CONTEXT_DEADLINE_MS } from '@apiary/common/limits/alerts.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { AlertLine } from '@apiary/common/messages/delivery.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { lineOf } from './message.ts';
import { PHEROMONE_ACTOR } from './parts.ts';

/**
 * The matches with up to `count` lines of the same file before and after the last one. Without an answer
 * in time it is the matches alone: an alert does not wait for its ornaments.
 */
export async function contextLines(
  bus: Bus,
  matches: readonly LogRecord[],
  count: number,
): Promise<AlertLine[]> {
  const own = matches.map((record) => lineOf(record, true));
  const last = matches.at(-1);
  if (!last) return own;
  try {
    const request = { id: last.id, time: last.time, before: count, after: count };
    const options = { actor: PHEROMONE_ACTOR, deadlineMs: CONTEXT_DEADLINE_MS };
    const { records } = await callAction(bus, honeycombActions.context, request, options);
    const known = new Set(own.map(({ id }) => id));
    const fresh = records.filter(({ id }) => !known.has(id));
    return [...own, ...fresh.map((record) => lineOf(record, false))].sort(
      (a, b) => a.time - b.time || offsetOf(a.id) - offsetOf(b.id),
    );
  } catch {
    return own;
  }
}

function offsetOf(id: string): number {
  return Number(id.slice(id.indexOf(':') + 1));
}
