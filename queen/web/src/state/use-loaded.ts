import { useCallback, useEffect, useState } from 'react';
import { messageOf } from './http.ts';
import { useServices } from './services.ts';

/** Something that is asked for when a page opens. */
export interface Loaded<T> {
  /** Undefined until it came. */
  readonly value: T | undefined;
  /** Why it did not come. */
  readonly failure: string | undefined;
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => Promise<void>;
}

/**
 * Asks once when the component appears, at each `reload`, and when a lost connection is back: what was missed
 * meanwhile is there then. `load` must be stable.
 */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<string>();
  const reload = useCallback(async () => {
    try {
      const loaded = await load();
      setValue(() => loaded);
      setFailure(undefined);
    } catch (thrown) {
      setFailure(messageOf(thrown));
    }
  }, [load]);
  useEffect(() => void reload(), [reload]);
  const { connection } = useServices();
  useEffect(() => {
    let openings: number | undefined;
    return connection.whenOpen((count) => {
      if (openings !== undefined && count > openings) void reload();
      openings = count;
    });
  }, [connection, reload]);
  return { value, failure, reload };
}
