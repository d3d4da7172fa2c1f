import type { Alert, Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { Link } from 'wouter';
import { IconTrash } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { QueryText } from '../../query-editor/query-text.tsx';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { useNow } from '../../state/use-now.ts';
import { conditionWords } from './condition-words.ts';
import { quietNow, ruleQuietWords } from './silence-words.ts';

/** All rules, those that fire first. */
export function RuleTable(props: {
  readonly rules: readonly Rule[];
  readonly alerts: readonly Alert[];
  readonly silences: readonly Silence[];
  readonly onChanged: () => void;
}) {
  const now = useNow(10_000);
  const quiet = quietNow(props.silences, now);
  const firing = new Set(
    props.alerts.filter(({ state }) => state === 'firing').map(({ rule }) => rule),
  );
  const rules = [...props.rules].sort(
    (a, b) => Number(firing.has(b.id)) - Number(firing.has(a.id)) || a.name.localeCompare(b.name),
  );
  return (
    <ScrollRegion label="Rules" className="ap-sheet">
      <table className="ap-table ap-rules" data-testid="rules">
        <thead>
          <tr>
            <th>Rule</th>
            <th>Query</th>
            <th>Fires when</th>
            <th>Severity</th>
            <th>State</th>
            <th>
              <span className="ap-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              firing={firing.has(rule.id)}
              quiet={ruleQuietWords(rule, quiet, now)}
              onChanged={props.onChanged}
            />
          ))}
        </tbody>
      </table>
      {rules.length === 0 ? <p className="ap-table-empty">There is no rule yet.</p> : null}
    </ScrollRegion>
  );
}

function RuleRow(props: {
  readonly rule: Rule;
  readonly firing: boolean;
  readonly quiet: string | undefined;
  readonly onChanged: () => void;
}) {
  const { notices } = useServices();
  const { rule, firing, quiet } = props;
  const name = safeText(rule.name);
  const change = (task: () => Promise<unknown>) => async () => {
    await task();
    props.onChanged();
  };
  const remove = () =>
    notices.act(
      change(() => alerting.removeRule(rule.id)),
      `Removed ${name}`,
      change(() => alerting.putRule(rule)),
    );
  const toggle = () => {
    const put = (enabled: boolean) => change(() => alerting.putRule({ ...rule, enabled }));
    const words = rule.enabled ? `Turned ${name} off` : `Turned ${name} on`;
    return notices.act(put(!rule.enabled), words, put(rule.enabled));
  };
  return (
    <tr>
      <th scope="row" className="ap-cell-name">
        <Link href={`/alerts/rules/${rule.id}`}>
          <bdi>{name}</bdi>
        </Link>
      </th>
      <td className="ap-rule-query">
        <QueryText query={rule.query === '' ? '*' : rule.query} />
      </td>
      <td className="ap-rule-words">
        {conditionWords(rule.condition)}
        {quiet === undefined ? null : (
          <Link href="/alerts/silences" className="ap-rule-quiet">
            {quiet}
          </Link>
        )}
      </td>
      <td>
        <span className={`ap-key ap-severity-${rule.severity}`} /> {rule.severity}
      </td>
      <td>
        <button
          type="button"
          className="ap-text-button"
          aria-pressed={rule.enabled}
          aria-label={`${stateOf(rule, firing)}: ${name}`}
          onClick={() => void toggle()}
        >
          {stateOf(rule, firing)}
        </button>
      </td>
      <td>
        <button
          type="button"
          className="ap-text-button"
          aria-label={`Remove ${name}`}
          onClick={() => void remove()}
        >
          <IconTrash size={16} stroke={1.6} aria-hidden="true" />
        </button>
      </td>
    </tr>
  );
}

function stateOf({ enabled }: Rule, firing: boolean): string {
  if (!enabled) return 'Off';
  return firing ? 'Firing' : 'On';
}
