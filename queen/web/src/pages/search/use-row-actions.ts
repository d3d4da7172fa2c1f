import type { LogRecord } from '@apiary/common/record.ts';
import { useMemo } from 'react';
import type { RowActions } from '../../log-list/log-row.tsx';
import { formatAddress, type SearchAddress } from '../../state/address.ts';
import { useServices } from '../../state/services.ts';

/** Milliseconds before a line that a link to it shows too. */
const LINK_BEFORE_MS = 300_000;

/** What rows ask of the page. The object stays the same while the query does. */
export function useRowActions(options: {
  readonly address: SearchAddress;
  readonly change: (change: Partial<SearchAddress>, replace?: boolean) => void;
  readonly filter: RowActions['filter'];
  readonly setCurrent: (id: string) => void;
}): RowActions {
  const { notices } = useServices();
  const { change, filter, setCurrent } = options;
  const { query } = options.address;
  return useMemo(
    () => ({
      open: (id) => {
        setCurrent(id);
        change({ line: id });
      },
      close: () => {
        if (new URLSearchParams(window.location.search).has('line')) change({ line: undefined });
      },
      copy: (record) =>
        void notices.act(() => navigator.clipboard.writeText(record.body), 'Copied the line'),
      copyLink: (record) =>
        void notices.act(
          () => navigator.clipboard.writeText(linkTo(record, query)),
          'Copied the link to the line',
        ),
      filter,
    }),
    [change, filter, notices, query, setCurrent],
  );
}

/** An address that shows the line open, for as long as it is stored. */
function linkTo(record: LogRecord, query: string): string {
  const range = {
    kind: 'between',
    fromMs: record.time - LINK_BEFORE_MS,
    toMs: record.time + 1,
  } as const;
  const text = formatAddress({ query, range, line: record.id, wrap: false });
  return `${window.location.origin}/search?${text}`;
}
