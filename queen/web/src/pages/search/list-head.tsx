import type { LogRecord } from '@apiary/common/record.ts';
import { useEffect, useRef, useState } from 'react';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { IconArrowUp } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { dateText } from '../../log-list/time-text.ts';
import type { SearchView } from '../../state/log-search.ts';

const ANNOUNCE_MS = 10_000;
/** From here on a number is too long for the pill. */
const PILL_MAX = 9_999;

/** The head of the list: its columns, and the pill with the lines that wait. */
export function ListHead(props: {
  readonly view: SearchView;
  readonly columns: readonly string[];
  readonly newest: LogRecord | undefined;
  readonly onNewest: () => void;
}) {
  const { view, newest } = props;
  const waiting = view.waiting;
  const text = waiting > PILL_MAX ? `${wholeNumber(PILL_MAX)}+` : wholeNumber(waiting);
  return (
    <div className="ap-list-head">
      <span className="ap-head-time">{newest ? dateText(newest.time) : 'Time'}</span>
      <span className="ap-head-host">Host</span>
      {props.columns.map((column) => (
        <bdi key={column} className="ap-head-column">
          {safeText(column)}
        </bdi>
      ))}
      <span className="ap-head-line">Line</span>
      {waiting > 0 ? (
        <button type="button" className="ap-pill" data-testid="new-lines" onClick={props.onNewest}>
          <IconArrowUp size={15} stroke={2} aria-hidden="true" />
          {text} new {waiting === 1 ? 'line' : 'lines'}
        </button>
      ) : null}
      {view.missed > 0 ? (
        <span className="ap-missed">
          {countOf(view.missed, 'line')} came too fast to show here; they are stored
        </span>
      ) : null}
      <Announcer waiting={waiting} />
    </div>
  );
}

/** Tells screen readers how many lines wait, at most every ten seconds. */
function Announcer(props: { readonly waiting: number }) {
  const [text, setText] = useState('');
  const latest = useRef(props.waiting);
  latest.current = props.waiting;
  useEffect(() => {
    const timer = window.setInterval(() => {
      setText(latest.current > 0 ? `${countOf(latest.current, 'new line')}` : '');
    }, ANNOUNCE_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <span className="ap-hidden" role="status">
      {text}
    </span>
  );
}
