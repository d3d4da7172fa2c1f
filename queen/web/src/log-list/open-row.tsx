// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the list is one tab stop and names its current row
import { OPEN_ROW_CHARACTERS_MAX } from '@apiary/common/limits.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { useState } from 'react';
import { wholeNumber } from '../components/figures.ts';
import { IconBell, IconCopy, IconEqual, IconLink, IconX } from '../components/icons.ts';
import { AroundLine } from './around-line.tsx';
import { displayPieces } from './display.ts';
import { Fields } from './line-fields.tsx';
import { LineText } from './line-text.tsx';
import { type RowActions, rowElementId } from './log-row.tsx';
import type { Marker } from './marker.ts';
import { fullTimeText, lengthText } from './time-text.ts';

/** A line opened in place: all of it, its fields with filters, and what is around it in its file. */
export function OpenRow(props: {
  readonly record: LogRecord;
  readonly current: boolean;
  readonly marker: Marker;
  readonly actions: RowActions;
}) {
  const { record, actions } = props;
  const level = record.level ?? 'trace';
  const lateMs = record.observed - record.time;
  return (
    <div
      role="row"
      id={rowElementId(record.id)}
      className="ap-open"
      data-level={level}
      data-testid="log-row"
      data-record-id={record.id}
      data-open="true"
      aria-selected={props.current}
    >
      <div role="gridcell" className="ap-open-cell">
        <span className="ap-bar" />
        <div className="ap-open-head">
          {record.level ? <strong className="ap-open-level">{record.level}</strong> : null}
          <span>{fullTimeText(record.time)}</span>
          {lateMs >= 0 && lateMs < 86_400_000 ? (
            <span className="ap-faint">read {lengthText(lateMs)} later</span>
          ) : null}
          <span className="ap-open-actions">
            <button
              type="button"
              className="ap-text-button"
              onClick={() => actions.samePattern(record)}
            >
              <IconEqual size={16} stroke={1.6} aria-hidden="true" />
              Same pattern
            </button>
            <button
              type="button"
              className="ap-text-button"
              onClick={() => actions.alertOn(record)}
            >
              <IconBell size={16} stroke={1.6} aria-hidden="true" />
              Alert on this
            </button>
            <button type="button" className="ap-text-button" onClick={() => actions.copy(record)}>
              <IconCopy size={16} stroke={1.6} aria-hidden="true" />
              Copy
            </button>
            <button
              type="button"
              className="ap-text-button"
              onClick={() => actions.copyLink(record)}
            >
              <IconLink size={16} stroke={1.6} aria-hidden="true" />
              Link
            </button>
            <button
              type="button"
              className="ap-text-button"
              aria-label="Close line"
              onClick={() => actions.close()}
            >
              <IconX size={16} stroke={1.6} aria-hidden="true" />
            </button>
          </span>
        </div>
        <WholeLine record={record} marker={props.marker} />
        <div className="ap-open-columns">
          <Fields record={record} onFilter={actions.filter} />
          <AroundLine record={record} />
        </div>
      </div>
    </div>
  );
}

function WholeLine(props: { readonly record: LogRecord; readonly marker: Marker }) {
  const { record } = props;
  const [all, setAll] = useState(false);
  const charactersMax = all ? record.body.length : OPEN_ROW_CHARACTERS_MAX;
  const pieces = displayPieces(record.body, props.marker(record), {
    charactersMax,
    keepBreaks: true,
  });
  return (
    <div className="ap-open-line" data-testid="open-line">
      <LineText pieces={pieces} />
      {record.body.length > charactersMax ? (
        <button type="button" className="ap-link" onClick={() => setAll(true)}>
          Show the other {wholeNumber(record.body.length - charactersMax)} characters
        </button>
      ) : null}
    </div>
  );
}
