import { RECOUNT_PAUSE_FACTOR } from '@apiary/common/limits/screens.ts';
import { LIVE_RECOUNT_MS } from '@apiary/common/limits.ts';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from './http.ts';

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
 * answers took; not before it is `ready`. One that failed is asked again.
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
  const due =
    ready && (known === undefined || known.total !== total || known.failure !== undefined);
  useEffect(() => {
    if (!due) return;
    const abort = new AbortController();
    const count = async () => {
      // Lines may come while it is asked: then it is due again as soon as it is answered.
      const at = latest.current.total;
      const startedMs = performance.now();
      try {
        const value = await latest.current.ask(abort.signal);
        setState({ key, total: at, value });
      } catch (thrown) {
        if (!abort.signal.aborted) setState({ key, total: at, failure: messageOf(thrown) });
      }
      tookMs.current = performance.now() - startedMs;
    };
    const pauseMs = Math.max(LIVE_RECOUNT_MS, tookMs.current * RECOUNT_PAUSE_FACTOR);
    const isFirst = state?.key !== key;
    const timer = window.setTimeout(() => void count(), isFirst ? 0 : pauseMs);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key, due, state]);
  return { value: known?.value, failure: known?.failure };
}
