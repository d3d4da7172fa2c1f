// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the list is one tab stop and names its current row
import { OPEN_ROW_CHARACTERS_MAX } from '@apiary/common/limits.ts';
import { extractFields } from '@apiary/common/query/fields.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { useState } from 'react';
import { wholeNumber } from '../components/figures.ts';
import { IconCopy, IconLink, IconMinus, IconPlus, IconX } from '../components/icons.ts';
import { AroundLine } from './around-line.tsx';
import { displayPieces, safeText } from './display.ts';
import { LineText } from './line-text.tsx';
import { type RowActions, rowElementId } from './log-row.tsx';
import type { Marker } from './marker.ts';
import { fullTimeText, lengthText } from './time-text.ts';

/** Fields of a line that are listed. */
const FIELDS_MAX = 60;

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

interface FieldRow {
  readonly name: string;
  /** The field's name in queries. */
  readonly field: string;
  readonly value: string;
}

function fieldRows(record: LogRecord): FieldRow[] {
  const rows: FieldRow[] = [
    { name: 'host', field: 'host', value: record.host },
    { name: 'file', field: 'file', value: record.file },
    ...record.tags.map((value) => ({ name: 'tag', field: 'tag', value })),
    { name: 'agent', field: 'agent', value: record.agent },
  ];
  if (record.level) rows.push({ name: 'level', field: 'level', value: record.level });
  for (const { name, value } of extractFields(record.body, FIELDS_MAX)) {
    rows.push({ name, field: name, value });
  }
  return rows.filter((row) => row.value !== '');
}

function Fields(props: {
  readonly record: LogRecord;
  readonly onFilter: (field: string, value: string, negated: boolean) => void;
}) {
  const { onFilter } = props;
  return (
    <dl className="ap-fields">
      {fieldRows(props.record).map(({ name, field, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may come more than once
        <div key={index} className="ap-field" data-field={field} data-value={value}>
          <dt>
            <bdi>{safeText(name)}</bdi>
          </dt>
          <dd>
            <bdi title={safeText(value.slice(0, 1000))}>{safeText(value.slice(0, 1000))}</bdi>
            <button
              type="button"
              aria-label={`Only ${safeText(`${name} ${value.slice(0, 60)}`)}`}
              onClick={() => onFilter(field, value, false)}
            >
              <IconPlus size={15} stroke={1.6} aria-hidden="true" />
            </button>
            <button
              type="button"
              aria-label={`Without ${safeText(`${name} ${value.slice(0, 60)}`)}`}
              onClick={() => onFilter(field, value, true)}
            >
              <IconMinus size={15} stroke={1.6} aria-hidden="true" />
            </button>
          </dd>
        </div>
      ))}
    </dl>
  );
}
