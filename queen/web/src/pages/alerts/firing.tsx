import type { Alert, Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { countOf } from '../../components/figures.ts';
import type { AlertsState } from '../../state/alerts.ts';
import { useNow } from '../../state/use-now.ts';
import { AlertCard } from './alert-card.tsx';
import { Lanes } from './lanes.tsx';
import { QuietStrip } from './quiet-strip.tsx';

/** What fires, the worst first, and what is about to. */
export function Firing(props: {
  readonly status: AlertsState['status'];
  readonly alerts: readonly Alert[];
  readonly rules: readonly Rule[];
  readonly silences: readonly Silence[];
  readonly onSilenced: () => void;
}) {
  const { alerts, rules } = props;
  const now = useNow(1_000);
  const ruleOf = new Map(rules.map((rule) => [rule.id, rule]));
  const ordered = [...alerts].sort(
    (a, b) =>
      stateRank(a) - stateRank(b) || severityRank(b) - severityRank(a) || b.startedMs - a.startedMs,
  );
  return (
    <div className="ap-alerts-main">
      <QuietStrip silences={props.silences} rules={rules} now={now} />
      <section className="ap-sheet" aria-label="Firing">
        {ordered.length === 0 ? (
          <p className="ap-panel-empty" data-testid="nothing-firing">
            {props.status === 'ready'
              ? `Nothing is firing. ${rules.length === 0 ? 'There is no rule yet.' : `${countOf(rules.length, 'rule')} watch every line as it comes in.`}`
              : ''}
          </p>
        ) : null}
        <ul data-testid="alerts">
          {ordered.map((alert) => (
            <AlertCard
              key={alert.id}
              alert={alert}
              rule={ruleOf.get(alert.rule)}
              now={now}
              onSilenced={props.onSilenced}
            />
          ))}
        </ul>
      </section>
      <Lanes alerts={alerts} now={now} />
    </div>
  );
}

function stateRank({ state, quiet }: Alert): number {
  if (state !== 'firing') return 2;
  return quiet ? 1 : 0;
}

function severityRank({ severity }: Alert): number {
  return ['info', 'warning', 'critical'].indexOf(severity);
}
