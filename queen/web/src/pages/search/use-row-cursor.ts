import type { LogRecord } from '@apiary/common/record.ts';
import { type RefObject, useCallback, useState } from 'react';
import type { LogSearch } from '../../state/log-search.ts';

/** The current line of the list: it stays on its line when rows come and go. */
export function useRowCursor(
  search: LogSearch,
  scrollToRow: RefObject<(row: number) => void>,
): {
  readonly current: LogRecord | undefined;
  readonly set: (id: string) => void;
  readonly move: (by: number | 'first' | 'last') => void;
} {
  const [id, setId] = useState<string>();
  const buffer = search.buffer;
  const row = id === undefined ? -1 : buffer.rowOf(id);
  const move = useCallback(
    (by: number | 'first' | 'last') => {
      const last = buffer.size - 1;
      const from = id === undefined ? -1 : buffer.rowOf(id);
      const wanted = by === 'first' ? 0 : by === 'last' ? last : from + by;
      const next = Math.max(0, Math.min(last, wanted));
      const record = buffer.at(next);
      if (!record) return;
      setId(record.id);
      scrollToRow.current(next);
    },
    [buffer, id, scrollToRow],
  );
  return { current: row < 0 ? undefined : buffer.at(row), set: setId, move };
}
