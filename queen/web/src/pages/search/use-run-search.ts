import { useEffect } from 'react';
import type { LogSearch } from '../../state/log-search.ts';
import { useServices } from '../../state/services.ts';
import type { TimeRange } from '../../state/time-range.ts';

/** Searches whenever query or range change, as soon as the connection is open. */
export function useRunSearch(search: LogSearch, query: string, range: TimeRange): void {
  const { connection } = useServices();
  const rangeKey = JSON.stringify(range);
  useEffect(() => {
    // The key is a range written two lines above.
    const wanted = JSON.parse(rangeKey) as TimeRange;
    let started = false;
    return connection.whenOpen(() => {
      if (started) return;
      started = true;
      search.start(query, wanted);
    });
  }, [connection, search, query, rangeKey]);
}
