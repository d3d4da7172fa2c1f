/**
 * Opens the line that a person presses. A browser gives no click where the element moved while the button was down,
 * and rows do move: new lines arrive, and {@link useReadingOrder} sorts them as a press begins. So the line counts
 * that lay under the pointer when it went down, if it comes up where it went down and no text is selected.
 */
import { type RefObject, useEffect, useRef } from 'react';

/** Beyond it, in px, a press is the beginning of a selection. */
const SLACK_PX = 4;

/** `open` is given the record's id. */
export function useRowPress(
  scroller: RefObject<HTMLElement | null>,
  open: (id: string) => void,
): void {
  const latest = useRef(open);
  latest.current = open;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let pressed: { readonly id: string; readonly x: number; readonly y: number } | undefined;
    const press = ({ target, button, isPrimary, clientX: x, clientY: y }: PointerEvent) => {
      const id = closedRowAt(target);
      pressed = id !== undefined && button === 0 && isPrimary ? { id, x, y } : undefined;
    };
    const lift = ({ clientX, clientY }: PointerEvent) => {
      const began = pressed;
      pressed = undefined;
      if (!began || Math.hypot(clientX - began.x, clientY - began.y) > SLACK_PX) return;
      if (window.getSelection()?.isCollapsed === false) return;
      latest.current(began.id);
    };
    const cancel = () => {
      pressed = undefined;
    };
    // What has no pointer, as a screen reader: its click has no count.
    const click = ({ target, detail }: MouseEvent) => {
      const id = detail === 0 ? closedRowAt(target) : undefined;
      if (id !== undefined) latest.current(id);
    };
    element.addEventListener('pointerdown', press, { capture: true });
    window.addEventListener('pointerup', lift);
    window.addEventListener('pointercancel', cancel);
    element.addEventListener('click', click);
    return () => {
      element.removeEventListener('pointerdown', press, { capture: true });
      window.removeEventListener('pointerup', lift);
      window.removeEventListener('pointercancel', cancel);
      element.removeEventListener('click', click);
    };
  }, [scroller]);
}

/** The record of a row that is not open. */
function closedRowAt(target: EventTarget | null): string | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<HTMLElement>('[data-record-id]:not([data-open])')?.dataset.recordId;
}
