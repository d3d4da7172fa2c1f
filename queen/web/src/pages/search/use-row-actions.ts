import type { LogRecord } from '@apiary/common/record.ts';
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import type { RowActions } from '../../log-list/log-row.tsx';
import { withPart } from '../../query-editor/query-edit.ts';
import { formatAddress, type SearchAddress } from '../../state/address.ts';
import { samePattern } from '../../state/same-pattern.ts';
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
  const [, navigate] = useLocation();
  const looking = useRef(new AbortController());
  return useMemo(() => {
    /** Goes on with the query of the line's pattern; what was looked for before is given up. */
    const withPattern = async (record: LogRecord, go: (only: string) => void) => {
      looking.current.abort();
      looking.current = new AbortController();
      const { signal } = looking.current;
      const found = await notices.attempt(() => samePattern(record, query, signal), signal);
      if (found === undefined || signal.aborted) return;
      if (found.value === undefined)
        notices.say('This line follows no pattern that other lines have');
      else go(withPart(query, found.value, false));
    };
    return {
      open: (id) => {
        setCurrent(id);
        change({ line: id });
      },
      close: () => {
        if (!new URLSearchParams(window.location.search).has('line')) return;
        // Its buttons go with it: the list is where the keyboard was before.
        const list = document.activeElement?.closest<HTMLElement>('[data-log-list]');
        change({ line: undefined });
        list?.focus();
      },
      samePattern: (record) =>
        void withPattern(record, (only) => change({ query: only, line: undefined })),
      alertOn: (record) =>
        void withPattern(record, (only) =>
          navigate(`/alerts/rules/new?q=${encodeURIComponent(only)}`),
        ),
      copy: (record) =>
        void notices.act(() => navigator.clipboard.writeText(record.body), 'Copied the line'),
      copyLink: (record) =>
        void notices.act(
          () => navigator.clipboard.writeText(linkTo(record, query)),
          'Copied the link to the line',
        ),
      filter,
    };
  }, [change, filter, navigate, notices, query, setCurrent]);
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
