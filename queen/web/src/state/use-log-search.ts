import { useEffect, useState } from 'react';
import { browserClock } from './clock.ts';
import { LogSearch } from './log-search.ts';
import { useServices } from './services.ts';
import type { TimeRange } from './time-range.ts';

/** A search that goes on by itself while the component is there, anew when its query or range changes. */
export function useLogSearch(query: string, range: TimeRange): LogSearch | undefined {
  const { connection } = useServices();
  const [search, setSearch] = useState<LogSearch>();
  const key = JSON.stringify([query, range]);
  useEffect(() => {
    // What was written a line above.
    const [asked, window] = JSON.parse(key) as [string, TimeRange];
    const made = new LogSearch(connection, browserClock);
    setSearch(made);
    let started = false;
    const stop = connection.whenOpen(() => {
      if (!started) made.start(asked, window);
      started = true;
    });
    return () => {
      stop();
      made.close();
    };
  }, [connection, key]);
  return search;
}
