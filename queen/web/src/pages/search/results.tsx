import { lazy, Suspense, useMemo } from 'react';
import { LogList, type LogListProps } from '../../log-list/log-list.tsx';
import { markerFor } from '../../log-list/marker.ts';
import type { SearchAddress } from '../../state/address.ts';
import type { LogSearch, SearchView } from '../../state/log-search.ts';
import { useNarrow } from '../../state/use-narrow.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { ListHead } from './list-head.tsx';
import { NothingFound } from './nothing-found.tsx';
import { Skeleton } from './skeleton.tsx';
import { SummaryPanel } from './summary.tsx';
import { TabBar } from './tab-bar.tsx';
import { tabId } from './tab-keys.ts';

const FieldsTab = lazy(async () => ({
  default: (await import('./fields-tab.tsx')).FieldsTab,
}));

interface ResultsProps {
  readonly search: LogSearch;
  readonly view: SearchView;
  readonly address: SearchAddress;
  readonly onChange: (change: Partial<SearchAddress>, replace?: boolean) => void;
  readonly list: Pick<LogListProps, 'currentId' | 'actions' | 'onMove' | 'scrollRef'>;
}

/** What was found: counts, lines over time, and a tab with the lines or what they are made of. */
export function Results(props: ResultsProps & { readonly onNewest: () => void }) {
  const { search, view, address, onChange } = props;
  return (
    <>
      <SummaryPanel view={view} query={address.query} range={address.range} onChange={onChange} />
      <TabBar
        address={address}
        total={view.counts.total}
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
        {address.tab === 'fields' ? (
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
