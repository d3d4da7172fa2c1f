import type { AgentView } from '@apiary/common/messages/agent.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { Link } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { displayPieces, safeText } from '../../log-list/display.ts';
import { LineText } from '../../log-list/line-text.tsx';
import { clockSecondsText } from '../../log-list/time-text.ts';
import { formatAddress } from '../../state/address.ts';
import type { LogSearch } from '../../state/log-search.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useStore } from '../../state/use-store.ts';
import { Step } from './step.tsx';

const ROWS_MAX = 5;
const CHARACTERS_MAX = 200;
const RANGE: TimeRange = { kind: 'all' };

/** The lines of the new machine as they come in. */
export function LinesStep(props: {
  readonly agents: readonly AgentView[];
  readonly isWatched: boolean;
}) {
  const { agents, isWatched } = props;
  if (agents.length === 0 || !isWatched) {
    return (
      <Step number={4} title="Lines appear here" done={false}>
        <p className="ap-faint">The first line usually takes less than a second.</p>
      </Step>
    );
  }
  return <Lines query={agents.map(({ id }) => formatFieldValue('agent', id)).join(' OR ')} />;
}

function Lines(props: { readonly query: string }) {
  const search = useLogSearch(props.query, RANGE);
  return search ? <Found query={props.query} search={search} /> : null;
}

function Found(props: { readonly query: string; readonly search: LogSearch }) {
  const { query, search } = props;
  const { counts } = useStore(search.view);
  const rows = Array.from({ length: ROWS_MAX }, (_, at) => search.buffer.at(at)).filter(
    (record) => record !== undefined,
  );
  const isFlowing = counts.total > 0;
  return (
    <Step number={4} title={isFlowing ? 'Lines flow' : 'Lines appear here'} done={isFlowing}>
      {isFlowing ? (
        <>
          <ol className="ap-first-lines" data-testid="first-lines">
            {rows.map((record) => (
              <li key={record.id} className="ap-mono">
                <span className="ap-faint">{clockSecondsText(record.time)}</span>
                <bdi className="ap-faint">{safeText(record.host)}</bdi>
                <span className="ap-grow">
                  <LineText
                    pieces={displayPieces(record.body, [], {
                      skip: 0,
                      charactersMax: CHARACTERS_MAX,
                    })}
                  />
                </span>
              </li>
            ))}
          </ol>
          <p>
            {countOf(counts.total, 'line')} so far.{' '}
            <Link href={`/search?${formatAddress({ query, range: RANGE })}`} className="ap-link">
              Search them
            </Link>
          </p>
        </>
      ) : (
        <p className="ap-faint">Nothing was written yet. It shows the moment it is.</p>
      )}
    </Step>
  );
}
