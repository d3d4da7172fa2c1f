// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the list is one tab stop and names its current row
import { LOG_ROWS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { countOf } from '../components/figures.ts';
import type { LogSearch, SearchView } from '../state/log-search.ts';
import './log-list.css';
import './open-row.css';
import { LogRow, type RowActions, rowElementId } from './log-row.tsx';
import type { Marker } from './marker.ts';
import { OpenRow } from './open-row.tsx';
import { RowHovered } from './row-hovered.tsx';
import { clockText, dayText, lengthText, sameDay } from './time-text.ts';
import { useHold } from './use-hold.ts';
import { useReadingOrder } from './use-reading-order.ts';
import { type RowPlace, useRowPlaces } from './use-row-places.ts';
import { useRowPress } from './use-row-press.ts';

/** Rows from the end at which the next page is asked for. */
const OLDER_MARGIN = 60;

/** What the list shows and what it tells the page. */
export interface LogListProps {
  readonly search: LogSearch;
  readonly view: SearchView;
  readonly openId: string | undefined;
  readonly currentId: string | undefined;
  readonly wrap: boolean;
  readonly narrow: boolean;
  readonly marker: Marker;
  readonly columns: readonly string[];
  readonly actions: RowActions;
  readonly onMove: (by: number | 'first' | 'last') => void;
  readonly onShowGap: () => void;
  /** Set to a function that scrolls a row into view. */
  readonly scrollRef: RefObject<(row: number) => void>;
}

/** The list of lines: virtual, one tab stop, still while a person reads. */
export function LogList(props: LogListProps) {
  const { search, view, openId, currentId, wrap, narrow } = props;
  const buffer = search.buffer;
  const scroller = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const gapRow = useGapRow(search, view);
  const separatorsOf = (row: number) => (startsDay(search, row) ? 1 : 0) + (row === gapRow ? 1 : 0);
  const { places, totalPx, show } = useRowPlaces(
    { scroller, inner },
    { buffer, openId, wrap, narrow, separatorsOf },
  );
  const lastRow = places.at(-1)?.row ?? 0;
  const ordered = useReadingOrder(scroller, `${buffer.serialOf(places[0]?.row ?? 0)} ${lastRow}`);
  const drawn = ordered ? places : places.toSorted((a, b) => a.element - b.element);
  const { more, loadingOlder } = view;
  useEffect(() => {
    // Also once a page is whole: who went to the end while it came is there already.
    if (more && !loadingOlder && lastRow > buffer.size - OLDER_MARGIN) search.loadOlder();
  }, [search, buffer, more, loadingOlder, lastRow]);
  useHold(search, scroller, openId !== undefined);
  useRowPress(scroller, props.actions.open);
  useEffect(() => {
    props.scrollRef.current = show;
  }, [props.scrollRef, show]);

  return (
    <>
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        data-log-list
        aria-label="Lines, newest first"
        aria-rowcount={buffer.size}
        aria-activedescendant={activeElement(currentId, places)}
        className={listClass(props)}
        onKeyDown={(event) => onListKey(event, props)}
      >
        <div ref={inner} role="rowgroup" className="ap-list-inner" style={{ height: totalPx }}>
          {drawn.map((place) => (
            <div
              key={place.key}
              role="presentation"
              data-measured={place.isMeasured ? place.record?.id : undefined}
              className="ap-item"
              style={{ top: place.top }}
            >
              {place.row === gapRow && view.gap ? (
                <Separator honey text={gapText(view.gap)} onShow={props.onShowGap} />
              ) : null}
              <ListItem {...props} place={place} />
            </div>
          ))}
        </div>
      </div>
      {narrow ? null : <RowHovered scroller={scroller} buffer={buffer} actions={props.actions} />}
    </>
  );
}

/** A line, open or closed, with its date if it begins a day; or what stands behind the last one. */
function ListItem(props: LogListProps & { readonly place: RowPlace }) {
  const { search, openId, currentId, marker, actions } = props;
  const { record, row } = props.place;
  if (!record) return <Separator text={endText(search, props.view)} />;
  const above = search.buffer.at(row - 1);
  const day = startsDay(search, row);
  const comparable = above !== undefined && !day && above.id !== openId;
  const shared = { record, current: record.id === currentId, marker };
  return (
    <>
      {day ? <Separator text={dayText(record.time)} /> : null}
      {record.id === openId ? (
        <OpenRow {...shared} actions={actions} />
      ) : (
        <LogRow
          {...shared}
          columns={props.columns}
          fresh={search.isNew(record.id)}
          above={comparable ? clockText(above.time) : undefined}
        />
      )}
    </>
  );
}

function Separator(props: {
  readonly text: string;
  readonly honey?: boolean;
  readonly onShow?: () => void;
}) {
  return (
    <div role="row" className={props.honey ? 'ap-separator ap-separator-honey' : 'ap-separator'}>
      <span role="gridcell">
        {props.text}
        {props.onShow ? (
          <button type="button" className="ap-link" onClick={props.onShow}>
            Show them
          </button>
        ) : null}
      </span>
    </div>
  );
}

function listClass({ wrap, narrow, view }: LogListProps): string {
  const old = !view.fresh || view.status === 'failed';
  return `ap-list${wrap ? ' ap-list-wrap' : ''}${narrow ? ' ap-list-narrow' : ''}${old ? ' ap-old' : ''}`;
}

/** True if a row is the first of its day below another day; the top row says its date in the head. */
function startsDay(search: LogSearch, row: number): boolean {
  const record = search.buffer.at(row);
  const above = search.buffer.at(row - 1);
  return record !== undefined && above !== undefined && !sameDay(above.time, record.time);
}

/** The first row from before the connection came back. */
function useGapRow(search: LogSearch, view: SearchView): number {
  if (!view.gap) return -1;
  const toMs = view.gap.toMs;
  let low = 0;
  let high = search.buffer.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((search.buffer.at(middle)?.time ?? 0) >= toMs) low = middle + 1;
    else high = middle;
  }
  return low < search.buffer.size ? low : -1;
}

function gapText(gap: { fromMs: number; toMs: number; lines: number }): string {
  const length = lengthText(gap.toMs - gap.fromMs);
  return `${countOf(gap.lines, 'line')} from the ${length} without connection `;
}

function endText(search: LogSearch, view: SearchView): string {
  if (view.loadingOlder) return 'Fetching older lines…';
  if (search.buffer.full) {
    return `This page holds ${countOf(LOG_ROWS_MAX, 'line')}. Choose an earlier range to see older ones.`;
  }
  if (search.buffer.dropped > 0) {
    return `${countOf(search.buffer.dropped, 'older line')} left this page. Search again to see them.`;
  }
  if (view.status === 'searching' || view.more) return 'More lines follow…';
  return 'These are all lines that match in this range.';
}

function activeElement(
  currentId: string | undefined,
  places: readonly { readonly record: LogRecord | undefined }[],
): string | undefined {
  const drawn = places.some(({ record }) => record?.id === currentId);
  return currentId !== undefined && drawn ? rowElementId(currentId) : undefined;
}

function onListKey(event: KeyboardEvent, props: LogListProps): void {
  if (event.target !== event.currentTarget) return;
  const moves: Readonly<Record<string, number | 'first' | 'last'>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: 20,
    PageUp: -20,
    Home: 'first',
    End: 'last',
  };
  const move = moves[event.key];
  if (move !== undefined) {
    event.preventDefault();
    props.onMove(move);
  } else if (event.key === 'Enter' && props.currentId !== undefined) {
    event.preventDefault();
    if (props.openId === props.currentId) props.actions.close();
    else props.actions.open(props.currentId);
  }
}
