import { useEffect, useRef } from 'react';

/** Keys of a sequence (`g s`) must follow within this time. */
const SEQUENCE_MS = 1000;
/** Keys that mean the same while one types. */
const EVERYWHERE = new Set(['Ctrl+k']);

/**
 * Calls back for keys pressed anywhere but in a text field (there for `Ctrl+k` alone). Names as `KeyboardEvent.key` gives them,
 * with `Ctrl+` in front, or two of them with a space between; upper case means Shift.
 */
export function useKeys(bindings: Readonly<Record<string, () => void>>): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    let first = '';
    let firstAt = 0;
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const control = event.ctrlKey || event.metaKey;
      const name = control ? `Ctrl+${event.key}` : event.key;
      if (isTextField(event.target) && !EVERYWHERE.has(name)) return;
      const sequence = event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${name}` : name;
      const binding = latest.current[sequence] ?? latest.current[name];
      first = name;
      firstAt = event.timeStamp;
      if (!binding) return;
      event.preventDefault();
      first = '';
      binding();
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select');
}
