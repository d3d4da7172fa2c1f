import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { safeText } from '../../log-list/display.ts';
import { fullTimeText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useLedger } from '../../state/host.ts';
import type { LogSearch } from '../../state/log-search.ts';
import { useServices } from '../../state/services.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useLogSearch } from '../../state/use-log-search.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';
import {
  agentEvents,
  alertEvents,
  type HostEvent,
  inOrder,
  ledgerEvents,
  logEvents,
  targetEvents,
} from './host-events.ts';

const RANGE: TimeRange = { kind: 'last', durationMs: 604_800_000 };
const EVENTS_MAX = 200;

const allAlerts = () => alerting.alerts('all');

/** What happened to a host, the latest first, and what happens while one looks. */
export function EventsTab(props: {
  readonly agent: AgentView;
  readonly targets: readonly Target[];
}) {
  const { agent, targets } = props;
  // Apiary's own log names Bees by their ids.
  const search = useLogSearch(`tag:apiary AND ${formatFieldValue('body', agent.id)}`, RANGE);
  const { ledger } = useLedger(agent.id);
  const alerts = useAllAlerts();
  const known = [
    agentEvents(agent),
    targetEvents(targets),
    ledgerEvents(ledger?.problems ?? []),
    alertEvents(agent, alerts),
  ];
  return (
    <section className="ap-sheet" aria-label="Events" data-testid="host-events">
      {search ? <Timeline search={search} known={known} /> : null}
    </section>
  );
}

function Timeline(props: {
  readonly search: LogSearch;
  readonly known: readonly (readonly HostEvent[])[];
}) {
  const { search, known } = props;
  useStore(search.view);
  const now = useNow(10_000);
  const events = inOrder(...known, logEvents(rowsOf(search))).slice(0, EVENTS_MAX);
  return (
    <ol className="ap-events">
      {events.map(({ key, atMs, title, detail, kind, link }) => (
        <li key={key} data-kind={kind}>
          <time dateTime={new Date(atMs).toISOString()} title={fullTimeText(atMs)}>
            {fullTimeText(atMs).slice(0, -4)}
          </time>
          <span className="ap-event-sign" aria-hidden="true" />
          <span className="ap-grow">
            {link ? (
              <Link href={link} className="ap-link">
                <bdi>{safeText(title)}</bdi>
              </Link>
            ) : (
              <strong>
                <bdi>{safeText(title)}</bdi>
              </strong>
            )}{' '}
            <bdi className="ap-faint">{safeText(detail)}</bdi>
          </span>
          <span className="ap-faint">{agoText(atMs, now)}</span>
        </li>
      ))}
    </ol>
  );
}

function rowsOf(search: LogSearch): readonly LogRecord[] {
  return Array.from({ length: EVENTS_MAX }, (_, at) => search.buffer.at(at)).filter(
    (record) => record !== undefined,
  );
}

/** Asked for anew whenever one begins, changes or ends. */
function useAllAlerts() {
  const { alerts: watch } = useServices();
  const { alerts: active } = useStore(watch.state);
  const { value, reload } = useLoaded(allAlerts);
  const mark = active.map(({ id, state }) => `${id}${state}`).join();
  useEffect(() => {
    if (mark !== undefined) void reload();
  }, [mark, reload]);
  return value ?? [];
}
