import {
  ALERT_TEXT_CHARS_MAX,
  ALERT_TITLE_CHARS_MAX,
  CONTEXT_LINES_MAX,
} from '@apiary/common/limits/alerts.ts';
import { SEVERITIES } from '@apiary/common/messages/delivery.ts';
import { TextInput } from '@mantine/core';
import { type RefObject, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { countOf } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import type { RuleDraft } from './rule-draft.ts';
import { Choice, Disclosure, DraftField, FieldError, type RulePart } from './rule-fields.tsx';
import { placeholdersOf, withPlaceholder } from './rule-placeholders.ts';

type Template = 'title' | 'text';

/** What people read: a title, how bad it is, and under a disclosure the text, placeholders, lines around and counts. */
export function RuleMessage({ draft, errors, onChange }: RulePart) {
  const part = { draft, errors, onChange };
  const title = useRef<HTMLInputElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const [target, setTarget] = useState<Template>('text');
  const insert = (name: string) => {
    const field = (target === 'title' ? title : text).current;
    if (!field) return;
    const from = field.selectionStart ?? field.value.length;
    const to = field.selectionEnd ?? from;
    const next = withPlaceholder(draft[target], name, { from, to });
    // The caret is set in what the field holds then.
    flushSync(() => onChange({ [target]: next.text }));
    field.focus();
    field.setSelectionRange(next.caret, next.caret);
  };
  return (
    <>
      <h2>Say</h2>
      <TextInput
        ref={title}
        label="Title"
        placeholder="{count} failed logins on {host}"
        maxLength={ALERT_TITLE_CHARS_MAX}
        value={draft.title}
        error={errors.title}
        onFocus={() => setTarget('title')}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <Choice
        label="as"
        value={draft.severity}
        options={SEVERITIES.map((severity) => [severity, severity])}
        onChange={(severity) => onChange({ severity })}
      />
      <Disclosure
        title="Message"
        digest={digestOf(draft)}
        isWrong={Boolean(errors.text ?? errors.contextLines ?? errors.countBy)}
      >
        <TextField
          field={text}
          value={draft.text}
          error={errors.text}
          onFocus={() => setTarget('text')}
          onChange={(value) => onChange({ text: value })}
        />
        <Placeholders groupBy={draft.groupBy} target={target} onInsert={insert} />
        <div className="ap-rule-row">
          <DraftField
            {...part}
            name="contextLines"
            label="Lines before and after the last match"
            hint={`0 to ${CONTEXT_LINES_MAX}`}
            example="0"
          />
          <DraftField
            {...part}
            name="countBy"
            label="Count the matches of each"
            hint="A field; empty: no counts"
            example="host"
          />
        </div>
      </Disclosure>
    </>
  );
}

function digestOf({ text, contextLines }: RuleDraft): string {
  const words = text.trim() === '' ? 'what happened, in words' : 'a text of its own';
  const around = Number(contextLines);
  return around > 0 ? `${words}, ${countOf(around, 'line')} around the last match` : words;
}

function TextField(props: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly value: string;
  readonly error: string | undefined;
  readonly onFocus: () => void;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="ap-rule-text">
      <div className="ap-form-field">
        <label htmlFor={`${id}-text`}>Text</label>
        <textarea
          id={`${id}-text`}
          ref={props.field}
          className="ap-input"
          rows={4}
          maxLength={ALERT_TEXT_CHARS_MAX}
          placeholder="{what}"
          value={props.value}
          aria-invalid={props.error !== undefined}
          aria-describedby={props.error === undefined ? undefined : id}
          onFocus={props.onFocus}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      </div>
      <FieldError id={id} words={props.error} />
    </div>
  );
}

function Placeholders(props: {
  readonly groupBy: string;
  readonly target: Template;
  readonly onInsert: (name: string) => void;
}) {
  return (
    <fieldset className="ap-placeholders">
      <legend>Insert into the {props.target}</legend>
      {placeholdersOf(props.groupBy).map(([name, meaning]) => (
        <button
          key={name}
          type="button"
          className="ap-text-button"
          onClick={() => props.onInsert(name)}
        >
          <code>{`{${safeText(name)}}`}</code> <span className="ap-faint">{meaning}</span>
        </button>
      ))}
      <p className="ap-faint">Any other field of the last line may stand in braces as well.</p>
    </fieldset>
  );
}
