import type { LogRecord } from '@apiary/common/record.ts';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { displayPieces, safeText } from '../../log-list/display.ts';
import { headLength } from '../../log-list/line-head.ts';
import { LineText } from '../../log-list/line-text.tsx';
import { formatAddress } from '../../state/address.ts';
import { browserClock } from '../../state/clock.ts';
import { LogSearch } from '../../state/log-search.ts';
import { useServices } from '../../state/services.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';

const QUERY = 'level:>=error';
const RANGE: TimeRange = { kind: 'last', durationMs: 86_400_000 };
const ROWS_MAX = 6;
const CHARACTERS_MAX = 300;

/** The latest lines that are errors or worse, live. */
export function LatestErrors() {
  const { connection } = useServices();
  const [search, setSearch] = useState<LogSearch>();
  useEffect(() => {
    const made = new LogSearch(connection, browserClock);
    setSearch(made);
    let started = false;
    const stop = connection.whenOpen(() => {
      if (!started) made.start(QUERY, RANGE);
      started = true;
    });
    return () => {
      stop();
      made.close();
    };
  }, [connection]);
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-errors">
      {search ? <Errors search={search} /> : <h2 id="home-errors">Latest errors</h2>}
    </section>
  );
}

function Errors(props: { readonly search: LogSearch }) {
  const { search } = props;
  const view = useStore(search.view);
  const now = useNow(10_000);
  const rows = Array.from({ length: ROWS_MAX }, (_, row) => search.buffer.at(row)).filter(
    (record) => record !== undefined,
  );
  const all = formatAddress({ query: QUERY, range: RANGE, line: undefined, wrap: false });
  return (
    <>
      <div className="ap-panel-head">
        <h2 id="home-errors">Latest errors</h2>
        <span className="ap-faint">
          {view.status === 'done' ? `${countOf(view.counts.total, 'line')} in 24 hours` : ''}
        </span>
        <Link href={`/search?${all}`} className="ap-link">
          All errors
        </Link>
      </div>
      {rows.length === 0 ? (
        <p className="ap-panel-empty">
          {view.status === 'done' ? 'No line of the last 24 hours is an error.' : 'Searching…'}
        </p>
      ) : (
        <ol data-testid="latest-errors">
          {rows.map((record) => (
            <ErrorRow key={record.id} record={record} now={now} />
          ))}
        </ol>
      )}
    </>
  );
}

function ErrorRow(props: { readonly record: LogRecord; readonly now: number }) {
  const { record, now } = props;
  const range: TimeRange = {
    kind: 'between',
    fromMs: record.time - 300_000,
    toMs: record.time + 300_000,
  };
  const address = { query: QUERY, range, line: record.id, wrap: false };
  const pieces = displayPieces(record.body, [], {
    skip: headLength(record),
    charactersMax: CHARACTERS_MAX,
  });
  return (
    <li className="ap-error-row" data-level={record.level}>
      <span className={`ap-key ap-key-${record.level ?? 'none'}`} />
      <Link href={`/search?${formatAddress(address)}`} className="ap-mono">
        <span className="ap-hidden">{record.level} </span>
        <LineText pieces={pieces} />
      </Link>
      <span className="ap-error-host">
        <bdi>{safeText(record.host)}</bdi>
      </span>
      <span className="ap-faint ap-error-ago">{agoText(record.time, now)}</span>
    </li>
  );
}
