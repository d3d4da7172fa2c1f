import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useMayEdit } from '../../components/use-may-edit.ts';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import { formatAddress } from '../../state/address.ts';
import {
  type CheckFigure,
  type CheckResult,
  checkQuery,
  checkResults,
  checksOf,
  statusSince,
} from '../../state/host-checks.ts';
import type { LogSearch } from '../../state/log-search.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useNow } from '../../state/use-now.ts';
import { useRecounted } from '../../state/use-recounted.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';

const RANGE: TimeRange = { kind: 'last', durationMs: 3_600_000 };

/** What the monitoring plugins on a host say, each as it last ran. */
export function ChecksTab(props: {
  readonly agent: AgentView;
  readonly targets: readonly Target[];
}) {
  const { agent, targets } = props;
  const search = useLogSearch(checkQuery(agent.id), RANGE);
  const checks = checksOf(targets);
  if (checks.size === 0) return <NoChecks agent={agent} />;
  return (
    <section className="ap-sheet" aria-label="Checks">
      <ul data-testid="checks">
        {[...checks].map(([name, target]) =>
          search ? (
            <Check key={name} agent={agent.id} name={name} target={target} search={search} />
          ) : null,
        )}
      </ul>
    </section>
  );
}

function Check(props: {
  readonly agent: string;
  readonly name: string;
  readonly target: Target;
  readonly search: LogSearch;
}) {
  const { agent, name, target, search } = props;
  const { total } = useStore(search.view).counts;
  const { value, failure } = useRecounted(`${agent} ${name}`, total, (signal) =>
    checkResults(agent, name, signal),
  );
  const now = useNow(5_000);
  const [newest] = value ?? [];
  const since = value && statusSince(value);
  const lines = formatAddress({ query: checkQuery(agent, name), range: RANGE });
  return (
    <li className="ap-check" data-status={newest?.status ?? 'NONE'}>
      <div className="ap-check-head">
        <StatusSign status={newest?.status} />
        <strong>{newest ? WORDS[newest.status] : value ? 'No result yet' : 'Reading…'}</strong>
        <h2 className="ap-mono">
          <bdi>{safeText(name)}</bdi>
        </h2>
        <span className="ap-faint ap-grow">
          {since === undefined ? '' : `for ${lengthText(Math.max(0, now - since))}`}
        </span>
        {value ? <Strip results={value} /> : null}
        <span className="ap-faint ap-check-ago">{newest ? agoText(newest.atMs, now) : ''}</span>
        <Link href={`/search?${lines}`} className="ap-link">
          Lines<span className="ap-hidden"> of {safeText(name)}</span>
        </Link>
      </div>
      {target.status.state === 'failed' ? (
        <p className="ap-bad">{safeText(target.status.reason ?? 'It could not start.')}</p>
      ) : null}
      {failure ? <p className="ap-bad">{failure}</p> : null}
      {newest ? (
        <>
          <p className="ap-check-output">
            <bdi>{safeText(newest.output)}</bdi>
          </p>
          {newest.details ? (
            <pre className="ap-check-details">{safeText(newest.details)}</pre>
          ) : null}
          <Figures figures={newest.perfdata} />
        </>
      ) : null}
    </li>
  );
}

const WORDS: Readonly<Record<CheckResult['status'], string>> = {
  OK: 'Ok',
  WARNING: 'Warning',
  CRITICAL: 'Critical',
  UNKNOWN: 'Unknown',
};

/** Shape and word, never colour alone. */
function StatusSign(props: { readonly status: CheckResult['status'] | undefined }) {
  return <span className="ap-check-sign" data-status={props.status ?? 'NONE'} aria-hidden="true" />;
}

/** The last results, oldest at the left: the taller the worse. */
function Strip(props: { readonly results: readonly CheckResult[] }) {
  const results = props.results.toReversed();
  const bad = results.filter(({ status }) => status !== 'OK').length;
  return (
    <span
      className="ap-check-strip"
      role="img"
      aria-label={`${bad} of the last ${results.length} results not ok`}
    >
      {results.map(({ atMs, status }) => (
        <span key={atMs} data-status={status} />
      ))}
    </span>
  );
}

/** Performance data: each figure, beside its limits where it has any. */
function Figures(props: { readonly figures: Readonly<Record<string, CheckFigure>> }) {
  const figures = Object.entries(props.figures);
  if (figures.length === 0) return null;
  return (
    <dl className="ap-check-figures">
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>
            <bdi>{safeText(name)}</bdi>
          </dt>
          <dd>
            <strong>{safeText(`${figure.value}${figure.unit ?? ''}`)}</strong>
            <span className="ap-faint">{safeText(limitsOf(figure))}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function limitsOf({ warn, crit }: CheckFigure): string {
  const limits = [
    ...(warn === undefined ? [] : [`warns at ${warn}`]),
    ...(crit === undefined ? [] : [`critical at ${crit}`]),
  ];
  return limits.join(', ');
}

function NoChecks(props: { readonly agent: AgentView }) {
  const mayEdit = useMayEdit();
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="no-checks">
      <div className="ap-panel-head">
        <h2 id="no-checks">Nothing is checked on this host</h2>
      </div>
      <p className="ap-panel-empty">
        A target such as <code>check:check_disk?interval=60</code> runs a monitoring plugin from the
        folders that the host’s owner lists, and keeps what it says.
      </p>
      {mayEdit ? (
        <p className="ap-panel-empty">
          <Button component={Link} href={`/agents/add?agents=${props.agent.id}`}>
            Add a check
          </Button>
        </p>
      ) : null}
    </section>
  );
}
