// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the list is one tab stop and names its current row
import { ROW_CHARACTERS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { memo } from 'react';
import { displayPieces, safeText } from './display.ts';
import { fieldText } from './field-text.ts';
import { headLength } from './line-head.ts';
import { LineText } from './line-text.tsx';
import type { Marker } from './marker.ts';
import { clockText, sharedHead } from './time-text.ts';

/** More does not fit into a column. */
const COLUMN_CHARACTERS_MAX = 60;

/** What a row may ask of the list. */
export interface RowActions {
  open(id: string): void;
  close(): void;
  copy(record: LogRecord): void;
  copyLink(record: LogRecord): void;
  filter(field: string, value: string, negated: boolean): void;
  /** Lines that differ from this one in their values alone. */
  samePattern(record: LogRecord): void;
  /** A rule for such lines. */
  alertOn(record: LogRecord): void;
}

/**
 * One line of the list, closed. Plain elements, and few: thousands of these are drawn a minute. The level's bar is
 * the row's background.
 */
export const LogRow = memo(function LogRow(props: {
  readonly record: LogRecord;
  /** The time of the row above, as drawn. */
  readonly above: string | undefined;
  readonly current: boolean;
  /** It has just come in: it fades from honey. */
  readonly fresh: boolean;
  readonly marker: Marker;
  /** Fields that have a column. */
  readonly columns: readonly string[];
}) {
  const { record } = props;
  const time = clockText(record.time);
  const shared = sharedHead(time, props.above);
  const level = record.level ?? 'trace';
  const pieces = displayPieces(record.body, props.marker(record), {
    skip: headLength(record),
    charactersMax: ROW_CHARACTERS_MAX,
  });
  return (
    <div
      role="row"
      id={rowElementId(record.id)}
      className={rowClass(props.current, props.fresh)}
      data-level={level}
      data-testid="log-row"
      data-record-id={record.id}
      aria-selected={props.current}
    >
      <span
        role="gridcell"
        className="ap-cell-time"
        aria-label={record.level ? `${record.level} ${time}` : time}
      >
        <span className="ap-shared">{time.slice(0, shared)}</span>
        {time.slice(shared)}
      </span>
      <span role="gridcell" className="ap-cell-host">
        <bdi>{safeText(record.host)}</bdi>
      </span>
      {props.columns.map((column) => (
        <span key={column} role="gridcell" className="ap-cell-column">
          <bdi>{safeText(fieldText(record, column).slice(0, COLUMN_CHARACTERS_MAX))}</bdi>
        </span>
      ))}
      <span role="gridcell" className="ap-cell-line">
        <LineText pieces={pieces} />
      </span>
    </div>
  );
});

function rowClass(current: boolean, fresh: boolean): string {
  return `ap-row${current ? ' ap-row-current' : ''}${fresh ? ' ap-row-new' : ''}`;
}

/** The element id of a line's row. */
export function rowElementId(recordId: string): string {
  return `line-${recordId}`;
}
