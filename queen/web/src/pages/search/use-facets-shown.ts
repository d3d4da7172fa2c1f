import { useCallback, useState, useSyncExternalStore } from 'react';

const KEY = 'apiary-facets';
/** Here they lie over the list, and are closed at first. */
const OVER = '(max-width: 1099px)';

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(OVER);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

/** Whether the filters are shown. Beside the list, the choice is kept in this browser. */
export function useFacetsShown(): readonly [boolean, () => void] {
  const over = useSyncExternalStore(subscribe, () => window.matchMedia(OVER).matches);
  const [beside, setBeside] = useState(() => window.localStorage.getItem(KEY) !== 'hidden');
  const [above, setAbove] = useState(false);
  const toggle = useCallback(() => {
    if (over) {
      setAbove((before) => !before);
      return;
    }
    setBeside((before) => {
      window.localStorage.setItem(KEY, before ? 'hidden' : 'shown');
      return !before;
    });
  }, [over]);
  return [over ? above : beside, toggle];
}
