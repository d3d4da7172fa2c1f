/**
 * Where the rows in sight are drawn, and in which element. A row's element is chosen by its line's serial number, so
 * that a line keeps its element, and an element that leaves at one edge shows the next line at the other.
 */
import type { LogRecord } from '@apiary/common/record.ts';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { LogBuffer } from '../state/log-buffer.ts';
import { RowHeights } from './row-heights.ts';
import { type RowWindow, useRowWindow } from './use-row-window.ts';

/** The height of a line with a date or a gap above the row. */
const SEPARATOR_PX = 26;
const ROW_PX = 22;
const NARROW_ROW_PX = 61;
const OPEN_PX = 320;
const END_PX = 40;

/** A row that is drawn. Without a record it is the one behind the last line. */
export interface RowPlace {
  readonly row: number;
  readonly record: LogRecord | undefined;
  readonly key: string;
  /** Which of the elements shows it. */
  readonly element: number;
  readonly top: number;
  /** Its height is not known from the style sheet: it is measured. */
  readonly isMeasured: boolean;
}

/** What decides how high rows are. */
export interface RowLook {
  readonly buffer: LogBuffer;
  readonly openId: string | undefined;
  readonly wrap: boolean;
  readonly narrow: boolean;
  /** How many separators stand above a row. */
  readonly separatorsOf: (row: number) => number;
}

/** The list's own elements. */
export interface ListElements {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Holds the rows; those with `data-measured` are measured. */
  readonly inner: RefObject<HTMLElement | null>;
}

/** See the top of this file. */
export function useRowPlaces(
  { scroller, inner }: ListElements,
  look: RowLook,
): {
  readonly places: readonly RowPlace[];
  readonly totalPx: number;
  readonly show: (row: number) => void;
} {
  const { buffer, openId, wrap, narrow } = look;
  const heights = useMemo(() => new RowHeights(buffer, ROW_PX), [buffer]);
  const looks = useRef('');
  if (looks.current !== `${wrap} ${narrow}`) {
    looks.current = `${wrap} ${narrow}`;
    heights.reset(narrow ? NARROW_ROW_PX : ROW_PX);
  }
  const window = useRowWindow(scroller, heights, buffer.size);
  const { redraw, show } = window;
  const places = placesOf(look, heights, window);
  const note = useCallback(
    (id: string, px: number) => noteHeight(scroller.current, { heights, buffer }, id, px),
    [scroller, heights, buffer],
  );
  useLayoutEffect(() => {
    let isNew = false;
    for (const { row, record, isMeasured } of places) {
      if (!record || isMeasured) continue;
      isNew = note(record.id, heights.rowPx + look.separatorsOf(row) * SEPARATOR_PX) || isNew;
    }
    for (const [id, px] of measured(inner.current)) isNew = note(id, px) || isNew;
    if (isNew) redraw();
  });
  useGrowth(inner, places, () => {
    let isNew = false;
    for (const [id, px] of measured(inner.current)) isNew = note(id, px) || isNew;
    if (isNew) redraw();
  });
  useEffect(() => {
    if (openId === undefined || wrap) return;
    // A line that was open is closed again, also where it is out of sight.
    return () => {
      if (note(openId, heights.rowPx)) redraw();
    };
  }, [note, heights, redraw, openId, wrap]);
  return { places, totalPx: heights.startOf(buffer.size) + END_PX, show };
}

function placesOf(
  look: RowLook,
  heights: RowHeights,
  { first, last, count }: Pick<RowWindow, 'first' | 'last' | 'count'>,
): RowPlace[] {
  const { buffer, openId, wrap } = look;
  const places: RowPlace[] = [];
  let top = heights.startOf(first);
  for (let row = first; row <= last; row++) {
    const record = buffer.at(row);
    const isOpen = record !== undefined && record.id === openId;
    const isMeasured = record !== undefined && (isOpen || wrap);
    const serial = buffer.serialOf(row) % count;
    const element = serial < 0 ? serial + count : serial;
    const key = record === undefined ? 'end' : isOpen ? `open ${record.id}` : String(element);
    places.push({ row, record, key, element, top, isMeasured });
    const plain = heights.rowPx + look.separatorsOf(row) * SEPARATOR_PX;
    const guess = isOpen ? OPEN_PX : plain;
    top += isMeasured ? (heights.known(record.id) ?? guess) : plain;
  }
  return places;
}

/** Notes a height; what grows above the upper edge does not move what is in sight. */
function noteHeight(
  scroller: HTMLElement | null,
  { heights, buffer }: { readonly heights: RowHeights; readonly buffer: LogBuffer },
  id: string,
  px: number,
): boolean {
  const before = heights.known(id) ?? heights.rowPx;
  const row = buffer.rowOf(id);
  if (px === before || row < 0) return false;
  const bottom = heights.startOf(row + 1);
  const isNew = heights.note(id, px);
  if (scroller && isNew && bottom <= scroller.scrollTop) scroller.scrollTop += px - before;
  return isNew;
}

function* measured(inner: HTMLElement | null): Generator<[id: string, px: number]> {
  for (const element of inner?.querySelectorAll<HTMLElement>('[data-measured]') ?? []) {
    yield [element.dataset.measured ?? '', element.offsetHeight];
  }
}

/** Calls back when a row that is measured becomes higher by itself: what is around an open line arrives later. */
function useGrowth(
  inner: RefObject<HTMLElement | null>,
  places: readonly RowPlace[],
  grown: () => void,
): void {
  const latest = useRef(grown);
  latest.current = grown;
  const key = places.map(({ isMeasured, record }) => (isMeasured ? record?.id : '')).join();
  const isAny = places.some(({ isMeasured }) => isMeasured);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are other elements
  useEffect(() => {
    if (!isAny) return;
    const observer = new ResizeObserver(() => latest.current());
    for (const element of inner.current?.querySelectorAll('[data-measured]') ?? []) {
      observer.observe(element);
    }
    return () => observer.disconnect();
  }, [inner, isAny, key]);
}
