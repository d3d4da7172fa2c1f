import { RECOUNT_PAUSE_FACTOR } from '@apiary/common/limits/screens.ts';
import { LIVE_RECOUNT_MS } from '@apiary/common/limits.ts';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../state/http.ts';

/** What was told, or why nothing was. */
export interface Recounted<T> {
  readonly value: T | undefined;
  readonly failure: string | undefined;
}

interface Known<T> {
  readonly key: string;
  readonly total: number;
  readonly value?: T;
  readonly failure?: string;
}

/**
 * An answer about the lines found. It is asked anew when the question (`key`) changes, and, while lines come in
 * (`total` changes), one question after the other with pauses between them that are longer than the
 * answers took; not before it is `ready`.
 */
export function useRecounted<T>(
  key: string,
  total: number,
  ask: (signal: AbortSignal) => Promise<T>,
  ready = true,
): Recounted<T> {
  const [state, setState] = useState<Known<T>>();
  const latest = useRef({ ask, total });
  const tookMs = useRef(0);
  latest.current = { ask, total };
  const known = state?.key === key ? state : undefined;
  const first = known === undefined;
  const due = ready && (first || known.total !== total);
  useEffect(() => {
    if (!due) return;
    const abort = new AbortController();
    const count = async () => {
      const at = latest.current.total;
      const startedMs = performance.now();
      try {
        const value = await latest.current.ask(abort.signal);
        tookMs.current = performance.now() - startedMs;
        setState({ key, total: at, value });
      } catch (thrown) {
        if (!abort.signal.aborted) setState({ key, total: at, failure: messageOf(thrown) });
      }
    };
    const pauseMs = Math.max(LIVE_RECOUNT_MS, tookMs.current * RECOUNT_PAUSE_FACTOR);
    const timer = window.setTimeout(() => void count(), first ? 0 : pauseMs);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key, due, first]);
  return { value: known?.value, failure: known?.failure };
}
