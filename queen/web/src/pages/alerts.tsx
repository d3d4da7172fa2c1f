import type { Alert, Rule } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { wholeNumber } from '../components/figures.ts';
import { IconPlus } from '../components/icons.ts';
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

/** Alerts: what fires, the rules behind it, what is silenced, and what was. */
export function AlertsPage(props: { readonly section: string | undefined }) {
  const { alerts: watch } = useServices();
  const { status, failure, alerts } = useStore(watch.state);
  const rules = useLoaded(alerting.rules);
  const silences = useLoaded(alerting.silences);
  const all = rules.value ?? NO_RULES;
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
      <nav className="ap-tabs" aria-label="Alerts">
        <Tab section="firing" here={section} count={firingOf(alerts).length}>
          Firing
        </Tab>
        <Tab section="rules" here={section} count={all.length}>
          Rules
        </Tab>
        <Tab section="silences" here={section} count={silences.value?.length ?? 0}>
          Silences
        </Tab>
        <Tab section="history" here={section}>
          History
        </Tab>
      </nav>
      {broken ? (
        <div className="ap-strip ap-strip-error" role="alert">
          <span>
            <strong>Not all of this can be shown.</strong> {broken}
          </span>
        </div>
      ) : null}
      {section === 'firing' ? (
        <div className="ap-alerts-columns">
          <Firing status={status} alerts={alerts} rules={all} onSilenced={silences.reload} />
          <StarterRules onAdded={rules.reload} rules={all} />
        </div>
      ) : null}
      {section === 'rules' ? (
        <RuleTable rules={all} alerts={alerts} onChanged={rules.reload} />
      ) : null}
      {section === 'silences' ? (
        <Silences silences={silences.value ?? []} rules={all} onChanged={silences.reload} />
      ) : null}
      {section === 'history' ? <History /> : null}
    </div>
  );
}

/** Those that fire; pending ones are about to. */
function firingOf(alerts: readonly Alert[]): readonly Alert[] {
  return alerts.filter(({ state }) => state === 'firing');
}

function Tab(props: {
  readonly section: string;
  readonly here: string;
  readonly count?: number;
  readonly children: ReactNode;
}) {
  const { section, here, count } = props;
  const path = section === 'firing' ? '/alerts' : `/alerts/${section}`;
  return (
    <Link href={path} className="ap-tab" aria-current={section === here ? 'page' : undefined}>
      {props.children}
      {count ? <span>{wholeNumber(count)}</span> : null}
    </Link>
  );
}
