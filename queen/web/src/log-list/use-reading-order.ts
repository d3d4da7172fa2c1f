/**
 * In which order the drawn rows stand in the document. Moving elements is what costs most when one scrolls, so they
 * stay where they are while rows pass; once the list is still, and before a person selects text, they are put in
 * the order in which they are read.
 */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

/** As long as the same rows are drawn, the list is still. */
const STILL_MS = 250;

/** True if the rows drawn shall stand in reading order; `drawn` is another text for other rows. */
export function useReadingOrder(scroller: RefObject<HTMLElement | null>, drawn: string): boolean {
  const [ordered, setOrdered] = useState(drawn);
  const latest = useRef(drawn);
  latest.current = drawn;
  useEffect(() => {
    const timer = window.setTimeout(() => setOrdered(drawn), STILL_MS);
    return () => window.clearTimeout(timer);
  }, [drawn]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const press = () => flushSync(() => setOrdered(latest.current));
    element.addEventListener('pointerdown', press);
    return () => element.removeEventListener('pointerdown', press);
  }, [scroller]);
  return ordered === drawn;
}
