import { useEffect, useState } from 'react';
import { z } from 'zod';
import { countOf } from '../../components/figures.ts';
import { FirstRun } from '../../components/first-run.tsx';
import { QueryText } from '../../query-editor/query-text.tsx';
import type { SearchAddress } from '../../state/address.ts';
import { callApi } from '../../state/http.ts';
import { useServices } from '../../state/services.ts';
import { durationWords, isLive, type TimeRange, windowOf } from '../../state/time-range.ts';
import { useStore } from '../../state/use-store.ts';
import { type WayOut, waysOut } from './ways-out.ts';

const totalSchema = z.object({ total: z.number() });

/** No line matches: the fact, and ways out with their result counted before the click. */
export function NothingFound(props: {
  readonly query: string;
  readonly range: TimeRange;
  readonly onChange: (change: Partial<SearchAddress>) => void;
}) {
  const { query, range } = props;
  const { fleet } = useServices();
  const { status, targets } = useStore(fleet.fleet);
  if (status === 'ready' && targets.size === 0 && query.trim() === '') return <FirstRun />;
  const when =
    range.kind === 'last' ? ` in the last ${durationWords(range.durationMs)}` : ' in this range';
  return (
    <div className="ap-nothing" data-testid="nothing-found">
      <h2>No line matches{range.kind === 'all' ? '' : when}</h2>
      {query.trim() === '' ? (
        <p>Nothing was written in this time.</p>
      ) : (
        <p>
          None has <QueryText query={query} />.
        </p>
      )}
      <Ways query={query} range={range} onChange={props.onChange} />
      {isLive(range) ? (
        <p className="ap-faint">Live is on: a match shows here the moment it is written.</p>
      ) : null}
    </div>
  );
}

function Ways(props: {
  readonly query: string;
  readonly range: TimeRange;
  readonly onChange: (change: Partial<SearchAddress>) => void;
}) {
  const ways = waysOut(props.query, props.range);
  if (ways.length === 0) return null;
  return (
    <ul className="ap-ways">
      {ways.map((way) => (
        <li key={way.key}>
          <button type="button" onClick={() => props.onChange(way.change)}>
            <span>
              {way.label} {way.query === undefined ? null : <QueryText query={way.query} />}
            </span>
            <WayCount way={way} query={props.query} range={props.range} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function WayCount(props: {
  readonly way: WayOut;
  readonly query: string;
  readonly range: TimeRange;
}) {
  const query = props.way.change.query ?? props.query;
  const rangeKey = JSON.stringify(props.way.change.range ?? props.range);
  const [total, setTotal] = useState<number>();
  useEffect(() => {
    const abort = new AbortController();
    // The key is a range written above.
    const range = JSON.parse(rangeKey) as TimeRange;
    const window = windowOf(range, Date.now());
    const body = { query, limit: 0, from: window.fromMs, to: window.toMs };
    callApi('/api/search', totalSchema, { method: 'POST', body, signal: abort.signal })
      .then((answer) => setTotal(answer.total))
      .catch(() => {});
    return () => abort.abort();
  }, [query, rangeKey]);
  return <span className="ap-faint">{total === undefined ? '…' : countOf(total, 'line')}</span>;
}
