/**
 * Which rows of a list are drawn: those in sight and some around them. A scroll draws at once, within its own frame,
 * and only when other rows come in sight.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import { flushSync } from 'react-dom';
import type { RowHeights } from './row-heights.ts';

/** Rows drawn beyond each edge, at least. */
const BEYOND_ROWS = 12;
/** The number of drawn rows is a multiple of it: a little more height changes nothing. */
const ROWS_STEP = 8;

/** The rows to draw. */
export interface RowWindow {
  readonly first: number;
  /** The last one, drawn too. */
  readonly last: number;
  /** How many are drawn where there are enough: always as many, so that none is made or dropped by a scroll. */
  readonly count: number;
  /** Draws again, e.g. because heights are known now. */
  readonly redraw: () => void;
  /** Scrolls as little as brings a row in sight. */
  readonly show: (row: number) => void;
}

/** The rows of `scroller` to draw, of which the last is `end`. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  heights: RowHeights,
  end: number,
): RowWindow {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const place = useRef({ top: 0, height: 0 });
  const drawn = useRef({ first: -1, last: -1, end });
  const window = windowAt(heights, place.current, end);
  useLayoutEffect(() => {
    drawn.current = { ...window, end };
  });
  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    place.current = { top: element.scrollTop, height: element.clientHeight };
    const now = windowAt(heights, place.current, drawn.current.end);
    const { first, last } = drawn.current;
    if (now.first !== first || now.last !== last) flushSync(redraw);
  }, [scroller, heights]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [scroller, look]);
  const show = useCallback(
    (row: number) => {
      const element = scroller.current;
      if (!element) return;
      const { scrollTop, clientHeight } = element;
      const [start, stop] = [heights.startOf(row), heights.startOf(row + 1)];
      if (start < scrollTop) element.scrollTop = start;
      else if (stop > scrollTop + clientHeight) element.scrollTop = stop - clientHeight;
      look();
    },
    [scroller, heights, look],
  );
  return { ...window, redraw, show };
}

function windowAt(
  heights: RowHeights,
  { top, height }: { readonly top: number; readonly height: number },
  end: number,
): { readonly first: number; readonly last: number; readonly count: number } {
  const inSight = Math.ceil(height / heights.rowPx) + 1;
  const count = Math.ceil((inSight + 2 * BEYOND_ROWS) / ROWS_STEP) * ROWS_STEP;
  const first = Math.max(0, Math.min(heights.rowAt(top), end) - BEYOND_ROWS);
  return { first, last: Math.min(end, first + count - 1), count };
}
