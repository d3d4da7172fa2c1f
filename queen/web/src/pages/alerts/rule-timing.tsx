import { Button, Checkbox, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { countOf } from '../../components/figures.ts';
import { IconPlus } from '../../components/icons.ts';
import type { DraftErrors } from './draft-errors.ts';
import { movedStep, type RuleDraft, type StepDraft } from './rule-draft.ts';
import { Disclosure, DraftField, type RulePart } from './rule-fields.tsx';
import { ChannelChoice, PeopleChoice, toldWords } from './rule-tell.tsx';
import type { Recipients } from './use-recipients.ts';

/** As many as a rule may have. */
const STEPS_MAX = 8;
const NEXT_STEP: Omit<StepDraft, 'after'> = { channels: [], users: [] };
const FIRST_AFTER = '15m';

/** Who is told, and when: people, the wait before it fires, repeats, and who else when nobody acknowledges. */
export function RuleTiming(props: RulePart & { readonly recipients: Recipients }) {
  const { draft, errors, onChange, recipients } = props;
  const part = { draft, errors, onChange };
  const isWrong = Object.keys(errors).some(
    (field) =>
      ['hold', 'repeat', 'bundleAfter', 'users'].includes(field) || field.startsWith('escalation'),
  );
  return (
    <Disclosure title="Who is told, and when" digest={digestOf(draft)} isWrong={isWrong}>
      <PeopleChoice
        users={draft.users}
        recipients={recipients}
        onChange={(users) => onChange({ users })}
      />
      <div className="ap-rule-row">
        <DraftField
          {...part}
          name="hold"
          label="Fire when it held for"
          hint="0s: at once"
          example="0s"
        />
        <DraftField
          {...part}
          name="repeat"
          label="Say it again every"
          hint="0s: never"
          example="4h"
        />
      </div>
      <DraftField
        {...part}
        name="bundleAfter"
        label="Told one by one, within half a minute"
        hint="What follows these messages is told together; 0: never"
        example="5"
      />
      <Checkbox
        label="Tell nobody while the host itself is dead"
        checked={draft.quietWhenHostDead}
        onChange={(event) => onChange({ quietWhenHostDead: event.currentTarget.checked })}
      />
      <Escalation
        steps={draft.escalation}
        errors={errors}
        recipients={recipients}
        onChange={(escalation) => onChange({ escalation })}
      />
    </Disclosure>
  );
}

function digestOf({ users, hold, repeat, escalation }: RuleDraft): string {
  const never = /^0[dhms]?$/;
  const words = [toldWords({ users })];
  if (!never.test(hold.trim())) words.push(`after ${hold.trim()}`);
  words.push(never.test(repeat.trim()) ? 'once' : `again every ${repeat.trim()}`);
  if (escalation.length > 0) words.push(countOf(escalation.length, 'step'));
  return words.join(', ');
}

function Escalation(props: {
  readonly steps: readonly StepDraft[];
  readonly errors: DraftErrors;
  readonly recipients: Recipients;
  readonly onChange: (steps: readonly StepDraft[]) => void;
}) {
  const { steps, errors, onChange } = props;
  const list = useRef<HTMLOListElement>(null);
  const focus = (index: number, name: string) =>
    requestAnimationFrame(() =>
      list.current?.children[index]?.querySelector<HTMLElement>(`[data-act="${name}"]`)?.focus(),
    );
  const move = (index: number, way: -1 | 1) => {
    onChange(movedStep(steps, index, way));
    // At an end only the other way is left.
    const place = index + way;
    const isEnd = way === -1 ? place === 0 : place === steps.length - 1;
    focus(place, (way === -1) !== isEnd ? 'earlier' : 'later');
  };
  const add = () => {
    onChange([...steps, { ...NEXT_STEP, after: afterOf(steps) }]);
    focus(steps.length, 'after');
  };
  const remove = (index: number) => {
    onChange(steps.filter((_, at) => at !== index));
    focus(Math.max(0, index - 1), 'remove');
  };
  return (
    <>
      <h3>When nobody acknowledges</h3>
      {steps.length === 0 ? <p className="ap-faint">Nobody else is told.</p> : null}
      <ol ref={list} className="ap-steps">
        {steps.map((step, index) => (
          // A step has no name but its place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <li key={index}>
            <Step
              step={step}
              place={{ index, count: steps.length }}
              error={errors[`escalation.${index}.after`]}
              recipients={props.recipients}
              onChange={(change) =>
                onChange(steps.map((each, at) => (at === index ? { ...each, ...change } : each)))
              }
              onMove={(way) => move(index, way)}
              onRemove={() => remove(index)}
            />
          </li>
        ))}
      </ol>
      <Button
        disabled={steps.length >= STEPS_MAX}
        leftSection={<IconPlus size={16} stroke={2} />}
        onClick={add}
      >
        {steps.length === 0 ? 'Tell others after a while' : 'Add a step'}
      </Button>
    </>
  );
}

function Step(props: {
  readonly step: StepDraft;
  readonly place: { readonly index: number; readonly count: number };
  readonly error: string | undefined;
  readonly recipients: Recipients;
  readonly onChange: (change: Partial<StepDraft>) => void;
  readonly onMove: (way: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { step, recipients, onChange, onMove } = props;
  const { index, count } = props.place;
  const name = `step ${index + 1}`;
  const act = (act: string, words: string, run: () => void) => (
    <button
      type="button"
      className="ap-text-button"
      data-act={act}
      aria-label={`${words} ${name}`}
      onClick={run}
    >
      {words}
    </button>
  );
  return (
    <fieldset className="ap-step">
      <legend>Step {index + 1}</legend>
      <TextInput
        label="After"
        description="since it fired"
        placeholder={FIRST_AFTER}
        data-act="after"
        value={step.after}
        error={props.error}
        onChange={(event) => onChange({ after: event.currentTarget.value })}
      />
      <ChannelChoice
        legend="also these channels"
        chosen={step.channels}
        recipients={recipients}
        onChange={(channels) => onChange({ channels })}
      />
      <PeopleChoice
        users={step.users}
        recipients={recipients}
        onChange={(users) => onChange({ users })}
      />
      <div className="ap-step-acts">
        {index > 0 ? act('earlier', 'Tell earlier:', () => onMove(-1)) : null}
        {index < count - 1 ? act('later', 'Tell later:', () => onMove(1)) : null}
        {act('remove', 'Remove', props.onRemove)}
      </div>
    </fieldset>
  );
}

/** A quarter of an hour after the last one, where that one's time is in minutes. */
function afterOf(steps: readonly StepDraft[]): string {
  const minutes = /^(\d+)m$/.exec(steps.at(-1)?.after.trim() ?? '0m')?.[1];
  return minutes === undefined ? FIRST_AFTER : `${Number(minutes) + 15}m`;
}
