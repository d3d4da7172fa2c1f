import type { Rule } from '@apiary/common/messages/alerts.ts';
import { useState } from 'react';
import { LimitChart } from '../../charts/limit-chart.tsx';
import { limitOf, measuredTitle } from './rule-limit.ts';
import { useTried } from './use-tried.ts';

const BACK_MS = 3_600_000;

/** What a rule measured in the last hour, beside its limit; asked for when one opens it. */
export function AlertMeasured(props: { readonly rule: Rule }) {
  const { rule } = props;
  const [isOpen, setIsOpen] = useState(false);
  const title = measuredTitle(rule.condition);
  if (title === undefined) return null;
  return (
    <details
      className="ap-alert-measured"
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary>What it measured in the last hour</summary>
      {isOpen ? <Chart rule={rule} title={title} /> : null}
    </details>
  );
}

function Chart(props: { readonly rule: Rule; readonly title: string }) {
  const { rule, title } = props;
  const { tried, failure } = useTried(rule, BACK_MS, 0);
  if (failure !== undefined) return <p className="ap-faint">{failure}</p>;
  if (!tried) return <p className="ap-faint">Measuring…</p>;
  const { measured } = tried;
  const limit = limitOf(rule.condition, measured.values);
  return <LimitChart title={title} {...measured} limit={limit} />;
}
