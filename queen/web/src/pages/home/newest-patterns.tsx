import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { Link } from 'wouter';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { withPart } from '../../query-editor/query-edit.ts';
import { formatAddress } from '../../state/address.ts';
import { LEVELS_WORST_FIRST } from '../../state/counts.ts';
import type { LogSearch } from '../../state/log-search.ts';
import { patternsOf } from '../../state/search-analysis.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useNow } from '../../state/use-now.ts';
import { useRecounted } from '../../state/use-recounted.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';
import { PatternText, PatternTrend } from '../search/pattern-look.tsx';
import { sortPatterns } from '../search/pattern-order.ts';

const QUERY = 'level:>=error';
const RANGE: TimeRange = { kind: 'last', durationMs: 86_400_000 };
const ROWS_MAX = 6;
/** A pattern that was first seen so long ago or less is what a person looks for first. */
const NEW_MS = 3_600_000;

/** What kinds of errors there are, those that were first seen last on top; told anew as errors come. */
export function NewestPatterns() {
  const search = useLogSearch(QUERY, RANGE);
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-errors">
      {search ? <Patterns search={search} /> : <h2 id="home-errors">Newest error patterns</h2>}
    </section>
  );
}

function Patterns(props: { readonly search: LogSearch }) {
  const view = useStore(props.search.view);
  const now = useNow(10_000);
  const { total } = view.counts;
  const { value, failure } = useRecounted('errors', total, (signal) =>
    patternsOf({ query: QUERY, range: RANGE }, Date.now(), signal),
  );
  const all = formatAddress({ query: QUERY, range: RANGE, tab: 'patterns' });
  const patterns = sortPatterns(value?.patterns ?? [], 'newest').slice(0, ROWS_MAX);
  const isNew = ({ first }: Pattern) => now - first < NEW_MS;
  const fresh = value?.patterns.filter(isNew).length ?? 0;
  return (
    <>
      <div className="ap-panel-head">
        <h2 id="home-errors">Newest error patterns</h2>
        <span className="ap-faint">
          {value ? `${fresh} new in the last hour, ${countOf(total, 'error')} in 24 hours` : ''}
        </span>
        <Link href={`/search?${all}`} className="ap-link">
          All patterns
        </Link>
      </div>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {patterns.length === 0 && !failure ? (
        <p className="ap-panel-empty">
          {value ? 'No line of the last 24 hours is an error.' : 'Reading the errors of 24 hours…'}
        </p>
      ) : null}
      <ol data-testid="latest-errors">
        {patterns.map((pattern) => (
          <PatternRow key={pattern.id} pattern={pattern} now={now} isNew={isNew(pattern)} />
        ))}
      </ol>
    </>
  );
}

function PatternRow(props: {
  readonly pattern: Pattern;
  readonly now: number;
  readonly isNew: boolean;
}) {
  const { pattern, now, isNew } = props;
  const level = LEVELS_WORST_FIRST.find((name) => (pattern.levels[name] ?? 0) > 0) ?? 'none';
  const query = withPart(QUERY, pattern.query, false);
  return (
    <li className="ap-error-row">
      <span className={`ap-key ap-key-${level}`} />
      <Link href={`/search?${formatAddress({ query, range: RANGE })}`} className="ap-mono">
        <span className="ap-hidden">{level} </span>
        <bdi>
          <PatternText pattern={pattern} />
        </bdi>
      </Link>
      <span className="ap-error-host">{countOf(pattern.hosts, 'host')}</span>
      <PatternTrend counts={pattern.trend} level={level} />
      <strong className="ap-error-count">{wholeNumber(pattern.count)}</strong>
      <span className={isNew ? 'ap-error-ago' : 'ap-faint ap-error-ago'}>
        <span className="ap-hidden">first seen </span>
        {agoText(pattern.first, now)}
      </span>
    </li>
  );
}
