import { type RefObject, useEffect } from 'react';
import type { LogSearch } from '../state/log-search.ts';

/**
 * Holds the list still while a person reads: scrolled away from the top, a line open, text selected in
 * it, or the pointer down on it.
 */
export function useHold(
  search: LogSearch,
  scroller: RefObject<HTMLElement | null>,
  opened: boolean,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let down = false;
    const judge = () => {
      const selection = window.getSelection();
      const selected =
        selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode);
      search.hold(opened || down || selected || element.scrollTop > 2);
    };
    const press = () => {
      down = true;
      judge();
    };
    const lift = () => {
      down = false;
      judge();
    };
    judge();
    // Before the list draws new rows: reading the place after that would force a layout in each frame.
    element.addEventListener('scroll', judge, { passive: true, capture: true });
    element.addEventListener('pointerdown', press);
    window.addEventListener('pointerup', lift);
    window.addEventListener('pointercancel', lift);
    document.addEventListener('selectionchange', judge);
    return () => {
      element.removeEventListener('scroll', judge, { capture: true });
      element.removeEventListener('pointerdown', press);
      window.removeEventListener('pointerup', lift);
      window.removeEventListener('pointercancel', lift);
      document.removeEventListener('selectionchange', judge);
    };
  }, [search, scroller, opened]);
}
