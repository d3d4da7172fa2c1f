import { TRAFFIC_SLOT_MS, TRAFFIC_SLOTS_MAX } from '@apiary/common/limits/traffic.ts';
import { slotOf, type Trend, trendAt } from '@apiary/common/trend.ts';

/** The slots of a trend that are over, oldest first: the one that runs would always seem to fall. */
export function endedSlots(trend: Trend, nowMs: number): readonly number[] {
  return trendAt(trend, slotOf(nowMs)).trend.slice(0, -1);
}

/** The same, as long as every other trend: what began a moment ago stands at the right. */
export function drawnTrend(trend: Trend, nowMs: number): readonly number[] {
  const ended = endedSlots(trend, nowMs);
  const missing = Math.max(0, TRAFFIC_SLOTS_MAX - 1 - ended.length);
  return [...new Array<number>(missing).fill(0), ...ended];
}

/** `web-1: 1,204 lines a second at most in 5 minutes`, for who does not see it. */
export function trendSentence(name: string, drawn: readonly number[]): string {
  const minutes = Math.round((TRAFFIC_SLOTS_MAX * TRAFFIC_SLOT_MS) / 60_000);
  const most = Math.round(Math.max(...drawn)).toLocaleString('en-US');
  return `${name}: ${most} lines a second at most in ${minutes} minutes`;
}
