import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { formatAddress, parseAddress, type SearchAddress } from './address.ts';

/** The search's address and how to change it; `replace` leaves no step in the history. */
export function useSearchAddress(): readonly [
  SearchAddress,
  (change: Partial<SearchAddress>, replace?: boolean) => void,
] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const address = useMemo(() => parseAddress(search), [search]);
  const change = useCallback(
    (members: Partial<SearchAddress>, replace = false) => {
      const now = parseAddress(window.location.search);
      const text = formatAddress({ ...now, ...members });
      navigate(text === '' ? '/search' : `/search?${text}`, { replace });
    },
    [navigate],
  );
  return [address, change];
}
