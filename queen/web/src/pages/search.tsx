import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { RangeMenu } from '../components/range-menu.tsx';
import { QueryBar } from '../query-editor/query-bar.tsx';
import { withFilter } from '../query-editor/query-edit.ts';
import { browserClock } from '../state/clock.ts';
import { remember } from '../state/history.ts';
import { LogSearch, type SearchView as SearchViewState } from '../state/log-search.ts';
import { useServices } from '../state/services.ts';
import { DEFAULT_RANGE, isLive, type TimeRange, windowOf } from '../state/time-range.ts';
import { useSearchAddress } from '../state/use-search-address.ts';
import { useStore } from '../state/use-store.ts';
import './search.css';
import { SearchNotices } from './search/notices.tsx';
import { wordsOf } from './search/query-words.ts';
import { ResultsWithFacets } from './search/results.tsx';
import { SavedMenu } from './search/saved-menu.tsx';
import { useFacetsShown } from './search/use-facets-shown.ts';
import { useRowActions } from './search/use-row-actions.ts';
import { useRowCursor } from './search/use-row-cursor.ts';
import { useRunSearch } from './search/use-run-search.ts';
import { useSearchKeys } from './search/use-search-keys.ts';

/** Search: the query, its lines over time, and the lines themselves, live. */
export function SearchPage() {
  const search = useLogSearch();
  return search ? <SearchView search={search} /> : null;
}

function useLogSearch(): LogSearch | undefined {
  const { connection } = useServices();
  const [search, setSearch] = useState<LogSearch>();
  useEffect(() => {
    const made = new LogSearch(connection, browserClock);
    setSearch(made);
    return () => made.close();
  }, [connection]);
  return search;
}

function SearchView(props: { readonly search: LogSearch }) {
  const { search } = props;
  const [address, change] = useSearchAddress();
  const view = useStore(search.view);
  const [mistaken, setMistaken] = useState(false);
  const [rangeOpened, setRangeOpened] = useState(false);
  const focusQuery = useRef(() => {});
  const scrollToRow = useRef((_row: number) => {});
  const { query, range } = address;
  const words = useMemo(() => wordsOf(search.buffer), [search]);
  const live = isLive(range);
  useRunSearch(search, query, range);
  const [facets, toggleFacets] = useFacetsShown();
  const cursor = useRowCursor(search, scrollToRow);
  const filter = useCallback(
    (field: string, value: string, negated: boolean) =>
      change({ query: withFilter(address.query, field, value, negated) }),
    [change, address.query],
  );
  const actions = useRowActions({ address, change, filter, setCurrent: cursor.set });
  const setRange = (next: TimeRange) => change({ range: next });
  const toggleLive = () => setRange(live ? stillRange(range) : DEFAULT_RANGE);
  const toNewest = () => {
    change({ line: undefined }, true);
    if (!live) setRange(DEFAULT_RANGE);
    showNewest(search);
  };
  useSearchKeys({
    actions,
    cursor,
    filter,
    focusQuery: () => focusQuery.current(),
    toNewest,
    toggleLive,
    openRange: () => setRangeOpened(true),
    toggleWrap: () => change({ wrap: !address.wrap }, true),
    toggleFacets,
    showTab: (tab) => change({ tab }),
  });
  const run = (text: string) => {
    remember(window.localStorage, text);
    if (text === query) search.repeat();
    else change({ query: text, line: undefined });
  };
  const firstRun = useFirstRun(search, view);
  return (
    <div className="ap-search">
      <h1 className="ap-hidden">Search</h1>
      <QueryBar
        query={query}
        refusal={view.error?.code === 'query-syntax' ? view.error.message : undefined}
        onRun={run}
        onMistake={setMistaken}
        focusRef={focusQuery}
        words={words}
        menu={<SavedMenu address={address} onPick={change} />}
      >
        <RangeMenu
          range={range}
          opened={rangeOpened}
          onOpened={setRangeOpened}
          onChange={setRange}
        />
        <LiveButton live={live} onToggle={toggleLive} />
      </QueryBar>
      <SearchNotices view={view} onAgain={() => search.repeat()} onStop={() => search.stop()} />
      <ResultsWithFacets
        className={resultsClass(mistaken, firstRun)}
        search={search}
        view={view}
        address={address}
        onChange={change}
        onNewest={toNewest}
        facets={{ shown: facets && !firstRun, toggle: toggleFacets }}
        list={{
          currentId: cursor.current?.id,
          actions,
          onMove: cursor.move,
          scrollRef: scrollToRow,
        }}
      />
    </div>
  );
}

function showNewest(search: LogSearch): void {
  document.querySelector('[data-log-list]')?.scrollTo({ top: 0 });
  search.hold(false);
  search.release();
}

function resultsClass(mistaken: boolean, firstRun: boolean): string {
  return `ap-results${mistaken ? ' ap-old' : ''}${firstRun ? ' ap-results-first' : ''}`;
}

/** True on an empty system: nothing is asked, nothing is there, and nobody sends anything. */
function useFirstRun(search: LogSearch, view: SearchViewState): boolean {
  const { fleet } = useServices();
  const { status, targets } = useStore(fleet.fleet);
  const asked = view.query.trim() !== '';
  const nothing = view.status === 'done' && search.buffer.size === 0;
  return nothing && !asked && status === 'ready' && targets.size === 0;
}

function LiveButton(props: { readonly live: boolean; readonly onToggle: () => void }) {
  const { connection } = useServices();
  const lost = useStore(connection.state).kind === 'lost';
  const dot = lost ? 'ap-dot ap-dot-lost' : 'ap-dot';
  return (
    <button
      type="button"
      className={props.live ? 'ap-strip-button ap-live-on' : 'ap-strip-button'}
      aria-pressed={props.live}
      data-testid="live"
      onClick={props.onToggle}
    >
      {props.live ? <span className={dot} /> : <span className="ap-play" />}
      Live
    </button>
  );
}

/** A range up to now as it is at this moment. */
function stillRange(range: TimeRange): TimeRange {
  const now = Date.now();
  const window = windowOf(range, now);
  return { kind: 'between', fromMs: window.fromMs ?? 0, toMs: now };
}
