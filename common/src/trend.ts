import { TRAFFIC_SLOT_MS, TRAFFIC_SLOTS_MAX } from './limits/traffic.ts';

/** Values by slots of TRAFFIC_SLOT_MS, oldest first; the last one begins at `slotMs`. */
export interface Trend {
  readonly slotMs: number;
  readonly trend: readonly number[];
}

/** The start of the slot that a moment lies in. */
export function slotOf(timeMs: number): number {
  return Math.floor(timeMs / TRAFFIC_SLOT_MS) * TRAFFIC_SLOT_MS;
}

/** The same trend with `slotMs` as its last slot: what was not told of is 0. An earlier slot changes nothing. */
export function trendAt({ slotMs, trend }: Trend, lastSlotMs: number): Trend {
  const missing = Math.floor((lastSlotMs - slotMs) / TRAFFIC_SLOT_MS);
  if (missing <= 0) return { slotMs, trend };
  const zeros = new Array<number>(Math.min(missing, TRAFFIC_SLOTS_MAX)).fill(0);
  return { slotMs: lastSlotMs, trend: [...trend, ...zeros].slice(-TRAFFIC_SLOTS_MAX) };
}

/** The trend with a value for a slot that is its last one, or later. */
export function withValue(trend: Trend, slotMs: number, value: number): Trend {
  const moved = trendAt(trend, slotMs);
  return { slotMs: moved.slotMs, trend: [...moved.trend.slice(0, -1), value] };
}
