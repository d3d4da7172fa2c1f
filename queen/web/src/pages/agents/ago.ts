import { lengthText } from '../../log-list/time-text.ts';

/** `12 s ago`, `just now`: how long ago a moment was. */
export function agoText(timeMs: number, nowMs: number): string {
  const ms = nowMs - timeMs;
  return ms < 10_000 ? 'just now' : `${lengthText(ms)} ago`;
}
