import { Link } from 'wouter';
import {
  IconBell,
  IconLayoutSidebarLeftCollapse,
  IconShare,
  IconTextWrap,
} from '../../components/icons.ts';
import { SEARCH_TABS, type SearchAddress, type SearchTab } from '../../state/address.ts';
import { useServices } from '../../state/services.ts';
import { ExportMenu } from './export-menu.tsx';
import { PinMenu } from './pin-menu.tsx';
import { moveBetweenTabs, tabId } from './tab-keys.ts';

const NAMES: Readonly<Record<SearchTab, string>> = {
  lines: 'Lines',
  patterns: 'Patterns',
  fields: 'Fields',
};

/** Lines, Patterns, Fields; and what can be done with the lines found. */
export function TabBar(props: {
  readonly address: SearchAddress;
  readonly total: number;
  readonly onTab: (tab: SearchTab) => void;
  readonly onWrap: () => void;
  readonly facets: { readonly shown: boolean; readonly toggle: () => void };
  /** Stands beside Wrap while the lines are shown. */
  readonly columns: React.ReactNode;
}) {
  const { address, total, onTab } = props;
  const { notices } = useServices();
  const share = () =>
    notices.act(
      () => navigator.clipboard.writeText(window.location.href),
      'Copied the address of this search',
    );
  return (
    <div className="ap-tab-bar">
      <div
        className="ap-tabs"
        role="tablist"
        aria-label="What to show of the lines"
        onKeyDown={(event) => moveBetweenTabs(event, address.tab, onTab)}
      >
        {SEARCH_TABS.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={tabId(tab)}
            aria-selected={address.tab === tab}
            aria-controls="search-tab-panel"
            tabIndex={address.tab === tab ? 0 : -1}
            onClick={() => onTab(tab)}
          >
            {NAMES[tab]}
            {tab === 'fields' && address.fields.length > 0 ? (
              <span className="ap-faint"> {address.fields.length}</span>
            ) : null}
          </button>
        ))}
      </div>
      <div className="ap-tab-actions">
        <button
          type="button"
          className="ap-text-button"
          aria-pressed={props.facets.shown}
          onClick={props.facets.toggle}
        >
          <IconLayoutSidebarLeftCollapse size={16} stroke={1.6} aria-hidden="true" />
          Filters
        </button>
        {address.tab === 'lines' ? (
          <>
            <button
              type="button"
              className="ap-text-button ap-wrap"
              aria-pressed={address.wrap}
              onClick={props.onWrap}
            >
              <IconTextWrap size={16} stroke={1.6} aria-hidden="true" />
              Wrap
            </button>
            {props.columns}
          </>
        ) : null}
        <button type="button" className="ap-text-button" onClick={() => void share()}>
          <IconShare size={16} stroke={1.6} aria-hidden="true" />
          Share
        </button>
        <PinMenu address={address} />
        <ExportMenu query={address.query} range={address.range} total={total} />
        <Link
          href={`/alerts/rules/new?q=${encodeURIComponent(address.query)}`}
          className="ap-text-button"
        >
          <IconBell size={16} stroke={1.6} aria-hidden="true" />
          <span className="ap-wide-only">Alert on this</span>
          <span className="ap-narrow-only">Alert</span>
        </Link>
      </div>
    </div>
  );
}
