import { lazy, Suspense, useMemo } from 'react';
import { LogList, type LogListProps } from '../../log-list/log-list.tsx';
import { markerFor } from '../../log-list/marker.ts';
import type { SearchAddress } from '../../state/address.ts';
import type { LogSearch, SearchView } from '../../state/log-search.ts';
import { useNarrow } from '../../state/use-narrow.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { Facets } from './facets.tsx';
import { ListHead } from './list-head.tsx';
import { NothingFound } from './nothing-found.tsx';
import { Skeleton } from './skeleton.tsx';
import { SummaryPanel } from './summary.tsx';
import { TabBar } from './tab-bar.tsx';
import { tabId } from './tab-keys.ts';

const FieldsTab = lazy(async () => ({
  default: (await import('./fields-tab.tsx')).FieldsTab,
}));

const PatternsTab = lazy(async () => ({
  default: (await import('./patterns-tab.tsx')).PatternsTab,
}));

interface ResultsProps {
  readonly search: LogSearch;
  readonly view: SearchView;
  readonly address: SearchAddress;
  readonly onChange: (change: Partial<SearchAddress>, replace?: boolean) => void;
  readonly list: Pick<LogListProps, 'currentId' | 'actions' | 'onMove' | 'scrollRef'>;
}

interface AllProps extends ResultsProps {
  readonly onNewest: () => void;
  readonly facets: { readonly shown: boolean; readonly toggle: () => void };
}

/** What was found, and beside it what the lines have in common. */
export function ResultsWithFacets(props: AllProps & { readonly className: string }) {
  const { className, ...rest } = props;
  return (
    <div className="ap-with-facets">
      {props.facets.shown ? (
        <Facets
          address={props.address}
          total={props.view.counts.total}
          ready={props.view.status === 'done'}
          onQuery={(query) => props.onChange({ query })}
          onClose={props.facets.toggle}
        />
      ) : null}
      <div className={className}>
        <Results {...rest} />
      </div>
    </div>
  );
}

/** Counts, lines over time, and a tab with the lines or what they are made of. */
function Results(props: AllProps) {
  const { search, view, address, onChange } = props;
  return (
    <>
      <SummaryPanel view={view} query={address.query} range={address.range} onChange={onChange} />
      <TabBar
        address={address}
        total={view.counts.total}
        facets={props.facets}
        onTab={(tab) => onChange({ tab })}
        onWrap={() => onChange({ wrap: !address.wrap }, true)}
        columns={
          <ColumnsMenu
            buffer={search.buffer}
            columns={address.columns}
            onChange={(columns) => onChange({ columns }, true)}
          />
        }
      />
      <div
        className="ap-tab-panel"
        role="tabpanel"
        id="search-tab-panel"
        aria-labelledby={tabId(address.tab)}
      >
        {address.tab === 'patterns' ? (
          <Suspense fallback={null}>
            <PatternsTab
              address={address}
              total={view.counts.total}
              onQuery={(query, lines) => onChange(lines ? { query, tab: 'lines' } : { query })}
            />
          </Suspense>
        ) : address.tab === 'fields' ? (
          <Suspense fallback={null}>
            <FieldsTab
              address={address}
              total={view.counts.total}
              onChange={(fields) => onChange({ fields })}
            />
          </Suspense>
        ) : (
          <>
            <ListHead
              view={view}
              columns={address.columns}
              newest={search.buffer.at(0)}
              onNewest={props.onNewest}
            />
            <Lines {...props} />
          </>
        )}
      </div>
    </>
  );
}

/** The list; or what stands in its place while there is nothing to list. */
function Lines(props: ResultsProps) {
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
      columns={address.columns}
      onShowGap={showGap}
    />
  );
}
