import type { LogRecord } from '@apiary/common/record.ts';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { IconArrowUp, IconBell, IconTextWrap } from '../../components/icons.ts';
import { dateText } from '../../log-list/time-text.ts';
import type { SearchAddress } from '../../state/address.ts';
import type { SearchView } from '../../state/log-search.ts';
import { ExportMenu } from './export-menu.tsx';

const ANNOUNCE_MS = 10_000;
/** From here on a number is too long for the pill. */
const PILL_MAX = 9_999;

/** The head of the list: columns, the pill with the lines that wait, and the wrap switch. */
export function ListHead(props: {
  readonly view: SearchView;
  readonly address: SearchAddress;
  readonly newest: LogRecord | undefined;
  readonly onWrap: () => void;
  readonly onNewest: () => void;
}) {
  const { view, newest } = props;
  const waiting = view.waiting;
  const text = waiting > PILL_MAX ? `${wholeNumber(PILL_MAX)}+` : wholeNumber(waiting);
  return (
    <div className="ap-list-head">
      <span className="ap-head-time">{newest ? dateText(newest.time) : 'Time'}</span>
      <span className="ap-head-host">Host</span>
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
      <span className="ap-head-gap" />
      <Link
        href={`/alerts/rules/new?q=${encodeURIComponent(props.address.query)}`}
        className="ap-text-button"
      >
        <IconBell size={16} stroke={1.6} aria-hidden="true" />
        <span className="ap-wide-only">Alert on this</span>
        <span className="ap-narrow-only">Alert</span>
      </Link>
      <ExportMenu
        query={props.address.query}
        range={props.address.range}
        total={view.counts.total}
      />
      <button
        type="button"
        className="ap-text-button ap-wrap"
        aria-pressed={props.address.wrap}
        onClick={props.onWrap}
      >
        <IconTextWrap size={16} stroke={1.6} aria-hidden="true" />
        Wrap
      </button>
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
