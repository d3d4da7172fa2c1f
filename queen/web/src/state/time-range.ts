/** The time range of a search: what the address says, and what that means at a given moment. */
import { HISTOGRAM_TARGET_BUCKETS } from '@apiary/common/limits.ts';

/** Up to now (and live), everything (and live), or between two moments (still). */
export type TimeRange =
  | { readonly kind: 'last'; readonly durationMs: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'between'; readonly fromMs: number; readonly toMs: number };

/** True if new lines belong to the range. */
export function isLive(range: TimeRange): boolean {
  return range.kind !== 'between';
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the menu offers, shortest first. */
export const PRESETS_MS = [
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  4 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
] as const;

/** The range of a page that was opened without one. */
export const DEFAULT_RANGE: TimeRange = { kind: 'last', durationMs: 15 * MINUTE };

/** Widths of histogram buckets that people can name. */
const STEPS_MS = [
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
] as const;

/** A range in numbers: what a search asks for. `fromMs` inclusive, `toMs` exclusive. */
export interface TimeWindow {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly buckets: number;
}

/**
 * A range at a moment. Ranges up to now end at the end of the bucket that is still growing, so that
 * buckets shift only when one closes.
 */
export function windowOf(range: TimeRange, nowMs: number): TimeWindow {
  if (range.kind === 'all') {
    return { fromMs: undefined, toMs: undefined, buckets: HISTOGRAM_TARGET_BUCKETS };
  }
  if (range.kind === 'between') {
    return { fromMs: range.fromMs, toMs: range.toMs, buckets: HISTOGRAM_TARGET_BUCKETS };
  }
  const step = stepFor(range.durationMs);
  const toMs = (Math.floor(nowMs / step) + 1) * step;
  const buckets = Math.max(1, Math.ceil(range.durationMs / step));
  return { fromMs: toMs - buckets * step, toMs, buckets };
}

/** The bucket width that gives about the wanted number of buckets. */
export function stepFor(durationMs: number): number {
  const wanted = durationMs / HISTOGRAM_TARGET_BUCKETS;
  return STEPS_MS.find((step) => step >= wanted * 0.75) ?? 28 * DAY;
}

const UNITS = [
  ['d', DAY, 'day'],
  ['h', HOUR, 'hour'],
  ['m', MINUTE, 'minute'],
  ['s', SECOND, 'second'],
] as const;

/** `15m`, `7d`: a length as addresses write it. */
export function formatDuration(durationMs: number): string {
  const unit = UNITS.find(([, ms]) => durationMs % ms === 0);
  return unit ? `${durationMs / unit[1]}${unit[0]}` : `${Math.round(durationMs / SECOND)}s`;
}

/** The reverse of {@link formatDuration}; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([dhms])$/.exec(text);
  if (!match) return undefined;
  const unit = UNITS.find(([letter]) => letter === match[2]);
  const count = Number(match[1]);
  return unit && count > 0 ? count * unit[1] : undefined;
}

/** `15 minutes`, `1 hour`: a length in words. */
export function durationWords(durationMs: number): string {
  if (durationMs === DAY) return '24 hours';
  const unit = UNITS.find(([, ms]) => durationMs % ms === 0) ?? UNITS[3];
  const count = Math.round(durationMs / unit[1]);
  return `${count} ${unit[2]}${count === 1 ? '' : 's'}`;
}
