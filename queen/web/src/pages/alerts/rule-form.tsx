import { CONDITION_KINDS, type ConditionKind, withKind } from './rule-draft.ts';
import { Choice, DraftField, FieldError, type RulePart } from './rule-fields.tsx';
import { RuleMessage } from './rule-message.tsx';
import { ChannelChoice } from './rule-tell.tsx';
import { RuleTiming } from './rule-timing.tsx';
import { useRecipients } from './use-recipients.ts';

type ConditionField = 'count' | 'window' | 'factor' | 'field' | 'value' | 'of';

/** Which fields a condition has, with their labels. */
const FIELDS: Readonly<
  Record<ConditionKind, readonly (readonly [ConditionField, string, string])[]>
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

const LINES = { label: 'Lines that match', example: 'level:error AND timeout' };

/** What the query chooses where it chooses no lines; each is an alert of its own. */
const CHOSEN: Readonly<Partial<Record<ConditionKind, { label: string; example: string }>>> = {
  'agent-dead': { label: 'Agents that match (by host, agent, tag)', example: 'host:web-*' },
  'target-failed': {
    label: 'Targets that match (by host, target, tag)',
    example: 'target:*nginx*',
  },
};

/** The rule as a sentence with holes: what most people need is open, the rest under two disclosures. */
export function RuleForm({ draft, errors, onChange }: RulePart) {
  const recipients = useRecipients();
  const part = { draft, errors, onChange };
  const directions = DIRECTIONS[draft.kind];
  return (
    <form
      className="ap-sheet ap-rule-form"
      aria-label="Rule"
      onSubmit={(event) => event.preventDefault()}
    >
      <DraftField {...part} name="name" label="Name" example="Login failures" />
      <h2>When</h2>
      <DraftField {...part} name="query" {...(CHOSEN[draft.kind] ?? LINES)} />
      <Choice
        label="have"
        value={draft.kind}
        options={Object.entries(CONDITION_KINDS)}
        // The options are this table's keys.
        onChange={(kind) => onChange(withKind(draft, kind as ConditionKind))}
      />
      <div className="ap-rule-row">
        {FIELDS[draft.kind].map(([name, label, example]) => (
          <DraftField key={name} {...part} name={name} label={label} example={example} />
        ))}
        {directions ? (
          <Choice
            label="Which way"
            value={draft.direction}
            options={directions}
            onChange={(direction) => onChange({ direction })}
          />
        ) : null}
      </div>
      {CHOSEN[draft.kind] ? null : (
        <DraftField {...part} name="groupBy" label="For each of these on its own" example="host" />
      )}
      <RuleMessage {...part} />
      <h2>Tell</h2>
      <ChannelChoice
        legend="These channels"
        chosen={draft.channels}
        recipients={recipients}
        onChange={(channels) => onChange({ channels })}
      />
      <FieldError words={errors.channels} />
      <RuleTiming {...part} recipients={recipients} />
    </form>
  );
}
