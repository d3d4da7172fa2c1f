/** Places of a donut's direct labels: beside their slice, never over one another. */

/** A label that wants to be at a height of its side. */
export interface DonutLabel {
  readonly key: string;
  readonly right: boolean;
  /** The middle of the slice, in pixels from the centre. */
  readonly y: number;
}

/** The same labels with heights at least `gap` apart, inside of `-limit … limit` where they fit. */
export function spreadLabels<T extends DonutLabel>(
  labels: readonly T[],
  gap: number,
  limit: number,
): T[] {
  return [true, false].flatMap((right) => {
    const side = labels.filter((label) => label.right === right).toSorted((a, b) => a.y - b.y);
    const heights = side.map((label) => label.y);
    for (let at = 0; at < heights.length; at++) {
      const least = at === 0 ? -limit : (heights[at - 1] ?? 0) + gap;
      heights[at] = Math.max(heights[at] ?? 0, least);
    }
    for (let at = heights.length - 1; at >= 0; at--) {
      const most = at === heights.length - 1 ? limit : (heights[at + 1] ?? 0) - gap;
      heights[at] = Math.min(heights[at] ?? 0, most);
    }
    return side.map((label, at) => ({ ...label, y: heights[at] ?? label.y }));
  });
}
