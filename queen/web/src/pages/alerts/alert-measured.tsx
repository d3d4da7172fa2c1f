import type { TriedMeasure } from '@apiary/common/messages/actions/pheromone.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import { useEffect, useState } from 'react';
import { LimitChart } from '../../charts/limit-chart.tsx';
import { alerting } from '../../state/alerts.ts';
import { messageOf } from '../../state/http.ts';
import { limitOf, measuredTitle } from './rule-limit.ts';

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
  const [measured, setMeasured] = useState<TriedMeasure>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const now = Date.now();
    alerting.tryRule(rule, now - BACK_MS, now, abort.signal).then(
      (answer) => setMeasured(answer.measured),
      (thrown: unknown) => {
        if (!abort.signal.aborted) setFailure(messageOf(thrown));
      },
    );
    return () => abort.abort();
  }, [rule]);
  if (failure !== undefined) return <p className="ap-faint">{failure}</p>;
  if (!measured) return <p className="ap-faint">Measuring…</p>;
  return (
    <LimitChart title={title} {...measured} limit={limitOf(rule.condition, measured.values)} />
  );
}
