import type { LogRecord } from '@apiary/common/record.ts';
import { type RefObject, useEffect, useState } from 'react';
import { IconCopy, IconEqual, IconLink } from '../components/icons.ts';
import type { LogBuffer } from '../state/log-buffer.ts';
import type { RowActions } from './log-row.tsx';

interface Hovered {
  readonly record: LogRecord;
  /** Pixels of the window. */
  readonly top: number;
  readonly right: number;
}

/**
 * What can be done with the line under the pointer. It is there once for the list, and only after the pointer itself
 * moved: rows that pass below it while one scrolls make nothing. A press ends it, as what it opens has its own buttons.
 */
export function RowHovered(props: {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly buffer: LogBuffer;
  readonly actions: RowActions;
}) {
  const { scroller, buffer, actions } = props;
  const [hovered, setHovered] = useState<Hovered>();
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const move = (event: PointerEvent) => {
      if (event.pointerType === 'touch' || !(event.target instanceof Element)) return;
      setHovered(hoveredAt(event.target.closest('.ap-row'), buffer));
    };
    const gone = () => setHovered(undefined);
    const leave = (event: PointerEvent) => {
      const to = event.relatedTarget;
      if (!(to instanceof Element && to.closest('.ap-row-actions'))) setHovered(undefined);
    };
    element.addEventListener('pointermove', move, { passive: true });
    element.addEventListener('pointerleave', leave);
    element.addEventListener('scroll', gone, { passive: true });
    element.addEventListener('pointerdown', gone, { passive: true });
    return () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('scroll', gone);
      element.removeEventListener('pointerdown', gone);
    };
  }, [scroller, buffer]);
  if (!hovered || !buffer.has(hovered.record.id)) return null;
  const { record, top, right } = hovered;
  return (
    <div
      className="ap-row-actions"
      style={{ top, right }}
      onPointerLeave={() => setHovered(undefined)}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label="Same pattern"
        onClick={() => actions.samePattern(record)}
      >
        <IconEqual size={15} stroke={1.6} aria-hidden="true" />
      </button>
      <button
        type="button"
        tabIndex={-1}
        aria-label="Copy line"
        onClick={() => actions.copy(record)}
      >
        <IconCopy size={15} stroke={1.6} aria-hidden="true" />
      </button>
      <button
        type="button"
        tabIndex={-1}
        aria-label="Copy link to line"
        onClick={() => actions.copyLink(record)}
      >
        <IconLink size={15} stroke={1.6} aria-hidden="true" />
      </button>
    </div>
  );
}

/** The same as before where the pointer is still on that row: nothing is drawn then. */
function hoveredAt(
  row: Element | null,
  buffer: LogBuffer,
): (before: Hovered | undefined) => Hovered | undefined {
  const id = row instanceof HTMLElement ? row.dataset.recordId : undefined;
  const record = id === undefined ? undefined : buffer.at(buffer.rowOf(id));
  if (row === null || record === undefined) return () => undefined;
  const { top, right: edge } = row.getBoundingClientRect();
  const right = document.documentElement.clientWidth - edge;
  return (before) =>
    before?.record === record && before.top === top ? before : { record, top, right };
}
