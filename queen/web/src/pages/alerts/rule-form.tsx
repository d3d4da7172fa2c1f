import { TextInput } from '@mantine/core';
import { CONDITION_KINDS, type ConditionKind, type RuleDraft } from './rule-draft.ts';
import { Choice, FieldError, type RulePart } from './rule-fields.tsx';
import { RuleMessage } from './rule-message.tsx';
import { ChannelChoice } from './rule-tell.tsx';
import { RuleTiming } from './rule-timing.tsx';
import { useRecipients } from './use-recipients.ts';

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

/** The rule as a sentence with holes: what most people need is open, the rest under two disclosures. */
export function RuleForm({ draft, errors, onChange }: RulePart) {
  const recipients = useRecipients();
  const text = (name: keyof RuleDraft & string, label: string, placeholder: string) => (
    <TextInput
      key={name}
      label={label}
      placeholder={placeholder}
      value={String(draft[name] ?? '')}
      error={errors[name]}
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
      {text('groupBy', 'For each of these on its own', 'host')}
      <RuleMessage draft={draft} errors={errors} onChange={onChange} />
      <h2>Tell</h2>
      <ChannelChoice
        legend="These channels"
        chosen={draft.channels}
        recipients={recipients}
        onChange={(channels) => onChange({ channels })}
      />
      <FieldError words={errors.channels} />
      <RuleTiming draft={draft} errors={errors} recipients={recipients} onChange={onChange} />
    </form>
  );
}
