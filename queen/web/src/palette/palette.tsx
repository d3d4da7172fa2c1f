import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { alerting } from '../state/alerts.ts';
import { dashboardsApi } from '../state/dashboards.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { useStore } from '../state/use-store.ts';
import './palette.css';
import { IconArrowRight, IconSearch } from '../components/icons.ts';
import { PALETTE_GROUPS } from './palette-item.ts';
import {
  agentItems,
  dashboardItems,
  fixedItems,
  queryItems,
  ruleItems,
  searchPath,
} from './palette-items.ts';
import { paletteSearch } from './palette-search.ts';

/** One row: where it leads and what it says. */
interface Row {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly path: string;
  /** Set on the first row of a group. */
  readonly heading: string | undefined;
}

/** Find anything: agents, saved queries, dashboards, rules, pages, documentation; or the lines with what was typed. */
export function Palette(props: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const rows = useRows(text);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const go = (path: string) => {
    dialog.current?.close();
    navigate(path);
  };
  const onKey = (event: KeyboardEvent) => {
    const last = rows.length - 1;
    if (event.key === 'ArrowDown') setChosen(chosen >= last ? 0 : chosen + 1);
    else if (event.key === 'ArrowUp') setChosen(chosen <= 0 ? last : chosen - 1);
    else if (event.key === 'Enter') {
      const path = event.ctrlKey || event.metaKey ? searchPath(text.trim()) : rows[chosen]?.path;
      if (path !== undefined) go(path);
    } else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="ap-palette"
      aria-label="Find anything"
      data-testid="palette"
      onClose={props.onClose}
    >
      <div className="ap-palette-head">
        <IconSearch size={18} stroke={1.6} aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Find anything"
          aria-expanded="true"
          aria-controls="palette-rows"
          aria-activedescendant={rows[chosen] ? rowId(chosen) : undefined}
          aria-autocomplete="list"
          placeholder="Find anything"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
        />
        <kbd>Esc</kbd>
      </div>
      <Rows rows={rows} chosen={chosen} onChoose={setChosen} onGo={go} />
      <p className="ap-palette-foot">
        <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Ctrl Enter</kbd> search lines
        for it
      </p>
    </dialog>
  );
}

function useRows(text: string): readonly Row[] {
  const { fleet, savedQueries } = useServices();
  const { agents } = useStore(fleet.fleet);
  const { queries } = useStore(savedQueries.state);
  useEffect(() => savedQueries.load(), [savedQueries]);
  const { value: rules } = useLoaded(alerting.rules);
  const { value: dashboards } = useLoaded(dashboardsApi.list);
  const fixed = useMemo(fixedItems, []);
  const search = useMemo(
    () =>
      paletteSearch([
        ...agentItems(agents.values()),
        ...queryItems(queries),
        ...dashboardItems(dashboards ?? []),
        ...ruleItems(rules ?? []),
        ...fixed,
      ]),
    [agents, queries, rules, dashboards, fixed],
  );
  return useMemo(() => {
    const rows: Row[] = search(text).flatMap(({ group, items }) =>
      items.map((item, index) => ({
        ...item,
        heading: index === 0 ? PALETTE_GROUPS[group] : undefined,
      })),
    );
    const query = text.trim();
    if (query === '') return rows;
    const path = searchPath(query);
    return [
      ...rows,
      { id: 'do', title: `Search lines for ${query}`, note: '', path, heading: 'Do' },
    ];
  }, [search, text]);
}

function Rows(props: {
  readonly rows: readonly Row[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  readonly onGo: (path: string) => void;
}) {
  const { rows, chosen } = props;
  useEffect(() => {
    document.getElementById(rowId(chosen))?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div id="palette-rows" role="listbox" aria-label="Found" className="ap-palette-rows">
      {rows.map((row, index) => (
        <button
          key={row.id}
          id={rowId(index)}
          type="button"
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          data-heading={row.heading}
          onMouseMove={() => props.onChoose(index)}
          onClick={() => props.onGo(row.path)}
        >
          <bdi>{row.title}</bdi>
          <span className="ap-faint">
            <bdi>{row.note}</bdi>
          </span>
          {index === chosen ? <IconArrowRight size={16} stroke={1.6} aria-hidden="true" /> : null}
        </button>
      ))}
    </div>
  );
}

function rowId(index: number): string {
  return `palette-row-${index}`;
}
