import type { Bus } from '@apiary/common/bus/bus.ts';
import { CONTEXT_DEADLINE_MS } from '@apiary/common/limits/alerts.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { AlertLine } from '@apiary/common/messages/delivery.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { lineOf } from './message.ts';
import { PHEROMONE_ACTOR } from './parts.ts';

/** Lines of the same millisecond on the other side that may have to be passed over. */
const SAME_MOMENT = 20;

/** How far from a match its neighbours are looked for. */
const NEIGHBOUR_MS = 60_000;

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
    const [before, after] = await Promise.all([
      neighbours(bus, last, count, 'newest'),
      neighbours(bus, last, count, 'oldest'),
    ]);
    const known = new Set(own.map(({ id }) => id));
    const fresh = [...before, ...after].filter(({ id }) => !known.has(id));
    return [...own, ...fresh.map((record) => lineOf(record, false))].sort(
      (a, b) => a.time - b.time || offsetOf(a.id) - offsetOf(b.id),
    );
  } catch {
    return own;
  }
}

async function neighbours(
  bus: Bus,
  record: LogRecord,
  limit: number,
  order: 'newest' | 'oldest',
): Promise<LogRecord[]> {
  const query = `${formatFieldValue('host', record.host)} AND ${formatFieldValue('file', record.file)}`;
  const range =
    order === 'newest'
      ? { from: record.time - NEIGHBOUR_MS, to: record.time + 1 }
      : { from: record.time, to: record.time + NEIGHBOUR_MS };
  const found: LogRecord[] = [];
  const parts = streamAction(
    bus,
    honeycombActions.search,
    { query, ...range, order, limit: limit + SAME_MOMENT },
    { actor: PHEROMONE_ACTOR, deadlineMs: CONTEXT_DEADLINE_MS },
  );
  for await (const part of parts) if (part.type === 'records') found.push(...part.records);
  return found.filter((other) => isOnSide(other, record, order)).slice(0, limit);
}

/** Lines of one millisecond are told apart by their place in the file. */
function isOnSide(other: LogRecord, record: LogRecord, order: 'newest' | 'oldest'): boolean {
  if (generationOf(other.id) !== generationOf(record.id)) return other.id !== record.id;
  const distance = offsetOf(other.id) - offsetOf(record.id);
  return order === 'newest' ? distance < 0 : distance > 0;
}

function generationOf(id: string): string {
  return id.slice(0, id.indexOf(':'));
}

function offsetOf(id: string): number {
  return Number(id.slice(id.indexOf(':') + 1));
}
