/** Where flags stand on a chart, and which of them stand for several firings. */
import type { Firing } from '../state/firings.ts';

/** Narrower than this two flags would cover one another. */
const FLAG_PX = 16;
/** A name takes no more than this, and no less is of use. */
const NAME_PX_MAX = 150;
const NAME_PX_MIN = 60;

/** A flag. */
export interface Flag {
  readonly left: number;
  /** Pixels for its name, up to the next flag or the edge. */
  readonly roomPx: number;
  /** The side on which its name stands: before the last flag where there is no room behind it. */
  readonly side: 'before' | 'behind';
  /** The first one gives it its name. */
  readonly firings: readonly Firing[];
}

/** The flags of firings (oldest first) that lie between 0 and `width`. */
export function flagsOf(
  firings: readonly Firing[],
  x: (timeMs: number) => number,
  width: number,
): readonly Flag[] {
  const places: { left: number; firings: Firing[] }[] = [];
  for (const firing of firings) {
    const left = x(firing.atMs);
    if (left < 0 || left > width) continue;
    const last = places.at(-1);
    if (last && left - last.left < FLAG_PX) last.firings.push(firing);
    else places.push({ left, firings: [firing] });
  }
  return places.map(({ left, firings: those }, at) => {
    const behindPx = (places[at + 1]?.left ?? width) - left - FLAG_PX;
    // The name of the flag before this one may take up to half of the stretch between them.
    const beforePx = (left - (places[at - 1]?.left ?? 0)) / (at === 0 ? 1 : 2) - FLAG_PX;
    const isLast = at === places.length - 1;
    const side = isLast && behindPx < NAME_PX_MIN && beforePx > behindPx ? 'before' : 'behind';
    const nextIsBefore =
      at === places.length - 2 && width - (places[at + 1]?.left ?? 0) < NAME_PX_MIN + FLAG_PX;
    const roomPx = side === 'before' ? beforePx : nextIsBefore ? behindPx / 2 : behindPx;
    return { left, side, roomPx: Math.max(0, Math.min(NAME_PX_MAX, roomPx)), firings: those };
  });
}
