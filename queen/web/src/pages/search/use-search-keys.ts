import type { LogRecord } from '@apiary/common/record.ts';
import { useKeys } from '../../components/use-keys.ts';
import type { RowActions } from '../../log-list/log-row.tsx';
import type { SearchTab } from '../../state/address.ts';

/** The keys of the Search page. */
export function useSearchKeys(options: {
  readonly actions: RowActions;
  readonly cursor: {
    readonly current: LogRecord | undefined;
    readonly move: (by: number | 'first' | 'last') => void;
  };
  readonly filter: RowActions['filter'];
  readonly focusQuery: () => void;
  readonly toNewest: () => void;
  readonly toggleLive: () => void;
  readonly openRange: () => void;
  readonly toggleWrap: () => void;
  readonly toggleFacets: () => void;
  readonly showTab: (tab: SearchTab) => void;
}): void {
  const { actions, cursor } = options;
  const current = cursor.current;
  useKeys({
    '/': options.focusQuery,
    j: () => cursor.move(1),
    k: () => cursor.move(-1),
    Escape: () => actions.close(),
    '.': options.toNewest,
    l: options.toggleLive,
    t: options.openRange,
    w: options.toggleWrap,
    '1': () => options.showTab('lines'),
    '2': () => options.showTab('patterns'),
    '3': () => options.showTab('fields'),
    '[': options.toggleFacets,
    p: () => current && actions.samePattern(current),
    c: () => current && actions.copy(current),
    C: () => current && actions.copyLink(current),
    f: () => filterFocused(options.filter, false),
    F: () => filterFocused(options.filter, true),
  });
}

/** Filters by the field that has the focus, or the pointer. */
function filterFocused(filter: RowActions['filter'], negated: boolean): void {
  const row =
    document.activeElement?.closest<HTMLElement>('[data-field]') ??
    document.querySelector<HTMLElement>('[data-field]:hover');
  const { field, value } = row?.dataset ?? {};
  if (field !== undefined && value !== undefined) filter(field, value, negated);
}
