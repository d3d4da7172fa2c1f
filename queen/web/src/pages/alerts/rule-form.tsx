import { SEVERITIES } from '@apiary/common/messages/delivery.ts';
import { Checkbox, TextInput } from '@mantine/core';
import { safeText } from '../../log-list/display.ts';
import { alerting } from '../../state/alerts.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { CONDITION_KINDS, type ConditionKind, type RuleDraft } from './rule-draft.ts';

/** Which fields a condition has, with their labels. */
const FIELDS: Readonly<
  Record<ConditionKind, readonly (readonly [keyof RuleDraft & string, string, string])[]>
> = {
  count: [
    ['count', 'At least so many lines', '10'],
    ['window', 'within', '1m'],
  ],
  rate: [
    ['factor', 'So many times', '3'],
    ['window', 'in', '5m'],
  ],
  absence: [['window', 'No line for', '10m']],
  first: [
    ['field', 'Of the field (empty: a pattern)', 'user'],
    ['window', 'ends when quiet for', '10m'],
  ],
  threshold: [
    ['field', 'The field', 'duration_ms'],
    ['value', 'limit', '500'],
    ['count', 'so many times', '1'],
    ['window', 'within', '1m'],
  ],
  sustained: [
    ['field', 'The field', 'used_percent'],
    ['value', 'limit', '90'],
    ['window', 'for', '5m'],
  ],
  check: [['count', 'so many times in a row', '3']],
  ratio: [
    ['of', 'Of the lines that match', 'status:*'],
    ['value', 'more than this share', '0.01'],
    ['window', 'within', '5m'],
  ],
  'agent-dead': [],
  'target-failed': [],
};

const DIRECTIONS: Readonly<Partial<Record<ConditionKind, readonly (readonly [string, string])[]>>> =
  {
    rate: [
      ['up', 'as many'],
      ['down', 'fewer'],
    ],
    threshold: [
      ['above', 'above'],
      ['below', 'below'],
    ],
    sustained: [
      ['above', 'above'],
      ['below', 'below'],
    ],
    check: [
      ['critical', 'critical'],
      ['warning', 'warning, critical or unknown'],
    ],
  };

/** The rule as a sentence with holes. */
export function RuleForm(props: {
  readonly draft: RuleDraft;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}) {
  const { draft, onChange } = props;
  const text = (name: keyof RuleDraft & string, label: string, placeholder: string) => (
    <TextInput
      key={name}
      label={label}
      placeholder={placeholder}
      value={String(draft[name] ?? '')}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  const directions = DIRECTIONS[draft.kind];
  return (
    <form
      className="ap-sheet ap-rule-form"
      aria-label="Rule"
      onSubmit={(event) => event.preventDefault()}
    >
      {text('name', 'Name', 'Login failures')}
      <h2>When</h2>
      {text('query', 'Lines that match', 'level:error AND timeout')}
      <Choice
        label="have"
        value={draft.kind}
        options={Object.entries(CONDITION_KINDS)}
        // The options are this table's keys.
        onChange={(kind) => onChange({ kind: kind as ConditionKind })}
      />
      <div className="ap-rule-row">
        {FIELDS[draft.kind].map(([name, label, example]) => text(name, label, example))}
        {directions ? (
          <Choice
            label="Which way"
            value={draft.direction}
            options={directions}
            onChange={(direction) => onChange({ direction })}
          />
        ) : null}
      </div>
      <div className="ap-rule-row">
        {text('groupBy', 'For each of these on its own', 'host')}
        {text('hold', 'Fire when it held for', '0s')}
      </div>
      <h2>Say</h2>
      {text('title', 'Title', '{count} failed logins on {host}')}
      <Choice
        label="as"
        value={draft.severity}
        options={SEVERITIES.map((severity) => [severity, severity])}
        onChange={(severity) => onChange({ severity })}
      />
      <h2>Tell</h2>
      <Channels chosen={draft.channels} onChange={(channels) => onChange({ channels })} />
      {text('repeat', 'Say it again every (0s: never)', '4h')}
    </form>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="ap-form-field">
      <span>{props.label}</span>
      <select
        className="ap-input"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Channels(props: {
  readonly chosen: readonly string[];
  readonly onChange: (channels: readonly string[]) => void;
}) {
  const { value, failure } = useLoaded(alerting.channels);
  const names = new Set([...(value ?? []).map(({ name }) => name), ...props.chosen]);
  return (
    <fieldset className="ap-scopes">
      <legend>Everybody’s devices, and these channels</legend>
      {[...names].map((name) => (
        <Checkbox
          key={name}
          label={safeText(name)}
          checked={props.chosen.includes(name)}
          onChange={(event) =>
            props.onChange(
              event.currentTarget.checked
                ? [...props.chosen, name]
                : props.chosen.filter((other) => other !== name),
            )
          }
        />
      ))}
      {names.size === 0 ? (
        <p className="ap-faint">{failure ?? 'No channel is set up yet: Settings, Channels.'}</p>
      ) : null}
    </fieldset>
  );
}
