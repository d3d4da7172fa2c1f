import { LIVE_RECOUNT_MS } from '@apiary/common/limits.ts';
import type { QueryField } from '@apiary/common/messages/query-field.ts';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../state/http.ts';
import { countField, type FieldCounts } from '../../state/search-fields.ts';
import type { TimeRange } from '../../state/time-range.ts';

/** What is asked, as one value that can be compared. */
interface Asked {
  readonly query: string;
  readonly range: TimeRange;
  readonly field: QueryField;
}

/**
 * The counts of a field's members. They are counted anew when the question changes, and, while lines come in
 * (`total` changes), one count after the other with a pause between them.
 */
export function useFieldCounts(
  asked: Asked,
  total: number,
): { readonly counts: FieldCounts | undefined; readonly failure: string | undefined } {
  const key = JSON.stringify([asked.query, asked.range, asked.field.members]);
  const [state, setState] = useState<{
    readonly key: string;
    readonly total: number;
    readonly counts?: FieldCounts;
    readonly failure?: string;
  }>();
  const latest = useRef({ asked, total });
  latest.current = { asked, total };
  const known = state?.key === key ? state : undefined;
  const due = known === undefined || known.total !== total;
  const first = known === undefined;
  useEffect(() => {
    if (!due) return;
    const abort = new AbortController();
    const count = async () => {
      const at = latest.current.total;
      try {
        const counts = await countField(latest.current.asked, Date.now(), abort.signal);
        setState({ key, total: at, counts });
      } catch (thrown) {
        if (!abort.signal.aborted) setState({ key, total: at, failure: messageOf(thrown) });
      }
    };
    const timer = window.setTimeout(() => void count(), first ? 0 : LIVE_RECOUNT_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key, due, first]);
  return { counts: known?.counts, failure: known?.failure };
}
