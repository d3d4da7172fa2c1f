import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { useMayEdit } from '../../components/use-may-edit.ts';
import { safeText } from '../../log-list/display.ts';
import { alerting } from '../../state/alerts.ts';
import { notifying } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { conditionWords } from '../alerts/condition-words.ts';
import { PhoneForm } from './phone-form.tsx';
import { Step } from './step.tsx';

/** What both parts need to know. */
const loadAlerting = async () => {
  const [rules, starters, channels] = await Promise.all([
    alerting.rules(),
    alerting.starterRules(),
    notifying.channels(),
  ]);
  return { rules, starters, channels };
};

/** A phone that is told, and rules worth having anywhere. */
export function AlertsStep() {
  const { value, failure, reload } = useLoaded(loadAlerting);
  const mayEdit = useMayEdit();
  const channels = value?.channels ?? [];
  const have = new Set(value?.rules.map(({ id }) => id));
  const left = (value?.starters ?? []).filter(({ id }) => id === undefined || !have.has(id));
  const hasRules = value !== undefined && value.rules.length > 0;
  return (
    <Step number={5} title="Be told when something is wrong" done={hasRules && channels.length > 0}>
      {failure ? <p className="ap-bad">{failure}</p> : null}
      {value && mayEdit ? (
        <>
          {channels.length === 0 ? <PhoneForm onDone={reload} /> : null}
          {channels.length > 0 ? (
            <p>
              Alerts go to {channels.map(({ name }) => safeText(name)).join(', ')}.{' '}
              <Link href="/settings/channels" className="ap-link">
                Channels
              </Link>
            </p>
          ) : null}
          {left.length > 0 ? (
            <Starters starters={left} channels={channels.map(({ name }) => name)} onDone={reload} />
          ) : null}
          {hasRules ? (
            <p>
              {countOf(value.rules.length, 'rule')} {value.rules.length === 1 ? 'is' : 'are'} on.{' '}
              <Link href="/alerts/rules" className="ap-link">
                Rules
              </Link>
            </p>
          ) : null}
        </>
      ) : null}
    </Step>
  );
}

function Starters(props: {
  readonly starters: Awaited<ReturnType<typeof alerting.starterRules>>;
  readonly channels: readonly string[];
  readonly onDone: () => Promise<void>;
}) {
  const { starters, channels, onDone } = props;
  const { notices } = useServices();
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const chosen = starters.filter(({ name }) => !off.has(name));
  const count = countOf(chosen.length, 'rule');
  const add = async () => {
    for (const rule of chosen) await alerting.putRule({ ...rule, channels: [...channels] });
    await onDone();
  };
  const remove = async () => {
    for (const { id } of chosen) if (id !== undefined) await alerting.removeRule(id);
    await onDone();
  };
  return (
    <div className="ap-first-suggestions">
      <ul aria-label="Ready-made rules">
        {starters.map((rule) => (
          <li key={rule.name}>
            <Checkbox
              checked={!off.has(rule.name)}
              label={safeText(rule.name)}
              onChange={() => {
                const next = new Set(off);
                if (!next.delete(rule.name)) next.add(rule.name);
                setOff(next);
              }}
            />
            <span className="ap-faint">{conditionWords(rule.condition)}</span>
          </li>
        ))}
      </ul>
      <p>
        <Button
          disabled={chosen.length === 0}
          onClick={() => void notices.act(add, `Switched on ${count}`, remove)}
        >
          Switch on {count}
        </Button>
      </p>
    </div>
  );
}
