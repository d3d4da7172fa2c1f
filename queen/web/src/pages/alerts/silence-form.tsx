import type { Rule, Silence, SilenceInput } from '@apiary/common/messages/alerts.ts';
import { nextOccurrences } from '@apiary/common/time/recurrence.ts';
import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { Choice, FieldError } from './rule-fields.tsx';
import {
  SILENCE_TIMES,
  type SilenceDraft,
  type SilenceErrors,
  type SilenceTime,
  silenceOf,
} from './silence-draft.ts';
import { occurrenceWords, WEEK } from './silence-words.ts';

const NEXT_SHOWN = 4;

interface Part {
  readonly draft: SilenceDraft;
  readonly errors: SilenceErrors;
  readonly onChange: (change: Partial<SilenceDraft>) => void;
}

/** Makes a silence or a maintenance window, or changes one. */
export function SilenceForm(props: {
  readonly initial: SilenceDraft;
  /** The one that is changed. */
  readonly before: Silence | undefined;
  readonly rules: readonly Rule[];
  readonly onDone: () => Promise<void>;
}) {
  const { before, rules, onDone } = props;
  const { notices } = useServices();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(props.initial);
  const [isSent, setIsSent] = useState(false);
  const made = silenceOf(draft, Date.now());
  const errors = 'errors' in made && isSent ? made.errors : {};
  const onChange = (change: Partial<SilenceDraft>) => setDraft((was) => ({ ...was, ...change }));
  // Who presses Change on a phone would not see the form, which is under the list.
  useEffect(() => {
    if (before) form.current?.querySelector<HTMLElement>('select')?.focus();
  }, [before]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setIsSent(true);
    const now = silenceOf(draft, Date.now());
    if ('errors' in now) return;
    void notices.act(...actOf(now.silence, before, onDone));
  };
  const title = titleOf(draft, before);
  return (
    <form
      ref={form}
      className="ap-sheet ap-rule-form ap-silence-form"
      onSubmit={send}
      aria-label={title}
    >
      <h2>{title}</h2>
      <Matcher draft={draft} errors={errors} rules={rules} onChange={onChange} />
      <Choice
        label="Quiet"
        value={draft.time}
        options={Object.entries(SILENCE_TIMES)}
        // The options are this table's keys.
        onChange={(time) => onChange({ time: time as SilenceTime })}
      />
      {draft.time === 'own' ? <OwnTime {...{ draft, errors, onChange }} /> : null}
      {draft.time === 'weekly' ? <Weekly {...{ draft, errors, onChange }} /> : null}
      <TextInput
        label="Why"
        placeholder="load test"
        maxLength={1024}
        value={draft.reason}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
      />
      <p className="ap-faint" role="status" data-testid="occurrences">
        {nextWords(made)}
      </p>
      <div className="ap-silence-acts">
        <Button type="submit">{before ? 'Save' : 'Silence'}</Button>
        {before ? <Button onClick={() => void onDone()}>Leave it as it was</Button> : null}
      </div>
    </form>
  );
}

function titleOf({ time }: SilenceDraft, before: Silence | undefined): string {
  const what = time === 'weekly' ? 'maintenance window' : 'silence';
  return before ? `Change the ${what}` : `A new ${what}`;
}

/** What to do, what to say of it, and the way back. */
function actOf(input: SilenceInput, before: Silence | undefined, onDone: () => Promise<void>) {
  let id = before?.id;
  const make = async () => {
    id = (await alerting.silence(input))?.id;
    await onDone();
  };
  const back = async () => {
    if (before) await alerting.silence(before);
    else if (id !== undefined) await alerting.endSilence(id);
    await onDone();
  };
  return [make, before ? 'Changed it' : 'Silenced', back] as const;
}

/** When it will be quiet, as far as it is said. */
function nextWords(made: ReturnType<typeof silenceOf>): string {
  if ('errors' in made) return '';
  const { fromMs = Date.now(), untilMs, recurs } = made.silence;
  const time = { fromMs, untilMs, recurs: recurs && { ...recurs, zone: recurs.zone ?? 'UTC' } };
  const times = nextOccurrences(time, Date.now(), recurs ? NEXT_SHOWN : 1);
  if (times.length === 0) return 'It never comes before its last day.';
  return `Quiet ${times.map(occurrenceWords).join(' · ')}, on your clock.`;
}

function Matcher(props: Part & { readonly rules: readonly Rule[] }) {
  const { draft, errors, onChange, rules } = props;
  const rule = rules.find(({ id }) => id === draft.rule);
  return (
    <>
      <Choice
        label="Rule"
        value={draft.rule}
        options={[
          ['', 'All rules'],
          ...rules.map(({ id, name }) => [id, safeText(name)] as const),
          // One that is gone stays what it was.
          ...(draft.rule === '' || rule ? [] : [[draft.rule, safeText(draft.rule)] as const]),
        ]}
        onChange={(id) => onChange({ rule: id })}
      />
      <div className="ap-rule-row">
        <Field
          {...{ draft, errors, onChange }}
          name="host"
          label="Host"
          example="all; web-* for some"
        />
        <Field {...{ draft, errors, onChange }} name="tag" label="Tag" example="all" />
        <Field
          {...{ draft, errors, onChange }}
          name="fields"
          label="Other fields"
          example="code=5*, path=/api/*"
        />
      </div>
      <p className="ap-faint">{matchWords(rule)}</p>
    </>
  );
}

/** Which fields can match at all. */
function matchWords(rule: Rule | undefined): string {
  if (!rule)
    return 'Only alerts of rules that are kept apart by these fields are met; * stands for any text.';
  return rule.groupBy.length === 0
    ? 'This rule has no groups: leave the fields empty to silence it.'
    : `This rule is kept apart by ${safeText(rule.groupBy.join(', '))}; * stands for any text.`;
}

function OwnTime({ draft, errors, onChange }: Part) {
  const part = { draft, errors, onChange };
  return (
    <div className="ap-rule-row">
      <Field {...part} name="from" label="From" type="datetime-local" hint="empty: now" />
      <Field {...part} name="until" label="Until" type="datetime-local" />
    </div>
  );
}

function Weekly({ draft, errors, onChange }: Part) {
  const part = { draft, errors, onChange };
  const toggle = (day: number, isOn: boolean) =>
    onChange({ days: isOn ? [...draft.days, day] : draft.days.filter((each) => each !== day) });
  return (
    <>
      <fieldset className="ap-scopes ap-weekdays">
        <legend>On</legend>
        {WEEK.map(([day, name]) => (
          <Checkbox
            key={day}
            label={name}
            checked={draft.days.includes(day)}
            onChange={(event) => toggle(day, event.currentTarget.checked)}
          />
        ))}
      </fieldset>
      <FieldError words={errors.days} />
      <div className="ap-rule-row">
        <Field {...part} name="at" label="At" type="time" />
        <Field {...part} name="length" label="For" example="90m" />
        <Field {...part} name="zone" label="Time zone" example="Europe/Berlin" />
        <Field {...part} name="lastDay" label="Last day" type="date" />
      </div>
    </>
  );
}

function Field(
  props: Part & {
    readonly name: Exclude<keyof SilenceDraft, 'id' | 'days' | 'time'>;
    readonly label: string;
    readonly type?: string;
    readonly example?: string;
    readonly hint?: string;
  },
) {
  const { draft, errors, onChange, name, label, type = 'text', example, hint } = props;
  return (
    <TextInput
      label={label}
      type={type}
      description={hint}
      placeholder={example}
      value={draft[name]}
      error={errors[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
}
