import type { TriedAlert, TriedMeasure } from '@apiary/common/messages/actions/pheromone.ts';
import type { RuleInput } from '@apiary/common/messages/alerts.ts';
import { useEffect, useState } from 'react';
import { alerting } from '../../state/alerts.ts';
import { messageOf } from '../../state/http.ts';

/** What came of a trial. */
export interface Tried {
  readonly alerts: readonly TriedAlert[];
  readonly examined: number;
  readonly complete: boolean;
  readonly measured: TriedMeasure;
}

/**
 * Tries a rule on the last `spanMs`, anew whenever it changes and then stays for `waitMs`. What came last is
 * kept until the next answer, also while there is no rule to try.
 */
export function useTried(
  rule: RuleInput | undefined,
  spanMs: number,
  waitMs: number,
): { readonly tried: Tried | undefined; readonly failure: string | undefined } {
  const [tried, setTried] = useState<Tried>();
  const [failure, setFailure] = useState<string>();
  const key = JSON.stringify(rule);
  useEffect(() => {
    if (key === undefined) return;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      const now = Date.now();
      // The key is a rule written above.
      const wanted = JSON.parse(key) as RuleInput;
      alerting
        .tryRule(wanted, now - spanMs, now, abort.signal)
        .then((answer) => {
          setTried(answer);
          setFailure(undefined);
        })
        .catch((thrown: unknown) => {
          if (!abort.signal.aborted) setFailure(messageOf(thrown));
        });
    }, waitMs);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key, spanMs, waitMs]);
  return { tried, failure };
}
