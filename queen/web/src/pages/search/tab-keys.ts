import type { KeyboardEvent } from 'react';
import { SEARCH_TABS, type SearchTab } from '../../state/address.ts';

/** The element id of a tab. */
export function tabId(tab: SearchTab): string {
  return `search-tab-${tab}`;
}

/** Arrow keys move from tab to tab, as in every list of tabs; the focus goes along. */
export function moveBetweenTabs(
  event: KeyboardEvent,
  now: SearchTab,
  onTab: (tab: SearchTab) => void,
): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const count = SEARCH_TABS.length;
  const next = SEARCH_TABS[(SEARCH_TABS.indexOf(now) + by + count) % count] ?? now;
  onTab(next);
  document.getElementById(tabId(next))?.focus();
}
