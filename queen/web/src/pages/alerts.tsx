import type { Alert, Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { IconPlus } from '../components/icons.ts';
import { PageTabs } from '../components/page-tabs.tsx';
import { alerting } from '../state/alerts.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import './alerts.css';
import { Firing } from './alerts/firing.tsx';
import { History } from './alerts/history.tsx';
import { RuleTable } from './alerts/rule-table.tsx';
import { Silences } from './alerts/silences.tsx';
import { StarterRules } from './alerts/starter-rules.tsx';

const NO_RULES: readonly Rule[] = [];
const NO_SILENCES: readonly Silence[] = [];

/** Alerts: what fires, the rules behind it, what is silenced, and what was. */
export function AlertsPage(props: { readonly section: string | undefined }) {
  const { alerts: watch } = useServices();
  const { status, failure, alerts } = useStore(watch.state);
  const rules = useLoaded(alerting.rules);
  const silences = useLoaded(alerting.silences);
  const all = rules.value ?? NO_RULES;
  const quiet = silences.value ?? NO_SILENCES;
  const section = props.section ?? 'firing';
  const broken = failure ?? rules.failure ?? silences.failure;
  return (
    <div className="ap-page">
      <div className="ap-page-head">
        <h1>Alerts</h1>
        <Button
          component={Link}
          href="/alerts/rules/new"
          variant="filled"
          leftSection={<IconPlus size={16} stroke={2} />}
        >
          New rule
        </Button>
      </div>
      <PageTabs
        label="Alerts"
        tabs={[
          { path: '/alerts', name: 'Firing', count: firingOf(alerts).length },
          { path: '/alerts/rules', name: 'Rules', count: all.length },
          { path: '/alerts/silences', name: 'Silences', count: quiet.length },
          { path: '/alerts/history', name: 'History' },
        ]}
      />
      {broken ? (
        <div className="ap-strip ap-strip-error" role="alert">
          <span>
            <strong>Not all of this can be shown.</strong> {broken}
          </span>
        </div>
      ) : null}
      {section === 'firing' ? (
        <div className="ap-alerts-columns">
          <Firing
            status={status}
            alerts={alerts}
            rules={all}
            silences={quiet}
            onSilenced={silences.reload}
          />
          <StarterRules onAdded={rules.reload} rules={all} />
        </div>
      ) : null}
      {section === 'rules' ? (
        <RuleTable rules={all} alerts={alerts} silences={quiet} onChanged={rules.reload} />
      ) : null}
      {section === 'silences' ? (
        <Silences silences={quiet} rules={all} onChanged={silences.reload} />
      ) : null}
      {section === 'history' ? <History /> : null}
    </div>
  );
}

/** Those that fire; pending ones are about to. */
function firingOf(alerts: readonly Alert[]): readonly Alert[] {
  return alerts.filter(({ state }) => state === 'firing');
}
