import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { RangeMenu } from '../components/range-menu.tsx';
import { LogList, type LogListProps } from '../log-list/log-list.tsx';
import { markerFor } from '../log-list/marker.ts';
import { QueryBar } from '../query-editor/query-bar.tsx';
import { withFilter } from '../query-editor/query-edit.ts';
import type { SearchAddress } from '../state/address.ts';
import { browserClock } from '../state/clock.ts';
import { remember } from '../state/history.ts';
import { LogSearch, type SearchView as SearchViewState } from '../state/log-search.ts';
import { useServices } from '../state/services.ts';
import { DEFAULT_RANGE, isLive, type TimeRange, windowOf } from '../state/time-range.ts';
import { useNarrow } from '../state/use-narrow.ts';
import { useSearchAddress } from '../state/use-search-address.ts';
import { useStore } from '../state/use-store.ts';
import './search.css';
import { ListHead } from './search/list-head.tsx';
import { NothingFound } from './search/nothing-found.tsx';
import { SearchNotices } from './search/notices.tsx';
import { SavedMenu } from './search/saved-menu.tsx';
import { Skeleton } from './search/skeleton.tsx';
import { SummaryPanel } from './search/summary.tsx';
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
  const live = isLive(range);
  useRunSearch(search, query, range);
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
    document.querySelector('[data-log-list]')?.scrollTo({ top: 0 });
    search.hold(false);
    search.release();
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
      <div className={resultsClass(mistaken, firstRun)}>
        <SummaryPanel view={view} query={query} range={range} onChange={change} />
        <ListHead
          view={view}
          address={address}
          newest={search.buffer.at(0)}
          onWrap={() => change({ wrap: !address.wrap }, true)}
          onNewest={toNewest}
        />
        <Lines
          search={search}
          view={view}
          address={address}
          onChange={change}
          list={{
            currentId: cursor.current?.id,
            actions,
            onMove: cursor.move,
            scrollRef: scrollToRow,
          }}
        />
      </div>
    </div>
  );
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

/** The list; or what stands in its place while there is nothing to list. */
function Lines(props: {
  readonly search: LogSearch;
  readonly view: SearchViewState;
  readonly address: SearchAddress;
  readonly onChange: (change: Partial<SearchAddress>) => void;
  readonly list: Pick<LogListProps, 'currentId' | 'actions' | 'onMove' | 'scrollRef'>;
}) {
  const { search, view, address, onChange } = props;
  const narrow = useNarrow();
  const marker = useMemo(() => markerFor(view.query), [view.query]);
  if (search.buffer.size === 0) {
    if (view.status === 'failed') return null;
    if (view.status !== 'done') return <Skeleton />;
    const { query, range } = address;
    return <NothingFound query={query} range={range} onChange={onChange} />;
  }
  const showGap = () => view.gap && onChange({ range: { kind: 'between', ...view.gap } });
  return (
    <LogList
      {...props.list}
      search={search}
      view={view}
      openId={address.line}
      wrap={address.wrap}
      narrow={narrow}
      marker={marker}
      onShowGap={showGap}
    />
  );
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
