/** Fields that the parts of the rule editor share: each says what is wrong with it where it stands. */
import { TextInput } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import type { DraftErrors } from './draft-errors.ts';
import type { RuleDraft } from './rule-draft.ts';

/** What each part of the editor is given. */
export interface RulePart {
  readonly draft: RuleDraft;
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}

/** Fields of the form that hold one line of text. */
type TextName = {
  [N in keyof RuleDraft]-?: RuleDraft[N] extends string ? N : never;
}[keyof RuleDraft];

/** One line of text. */
export function DraftField(
  props: RulePart & {
    readonly name: TextName;
    readonly label: string;
    readonly example: string;
    readonly hint?: string;
  },
) {
  const { draft, errors, onChange, name, label, example, hint } = props;
  return (
    <TextInput
      label={label}
      description={hint}
      placeholder={example}
      value={draft[name]}
      error={errors[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
}

/** A choice of a few. */
export function Choice(props: {
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

/** A sentence at the field that it is about. */
export function FieldError(props: { readonly id?: string; readonly words: string | undefined }) {
  if (props.words === undefined) return null;
  return (
    <p id={props.id} className="ap-bad ap-field-error">
      {props.words}
    </p>
  );
}

/** What few need, closed until asked for; it opens by itself where something in it is wrong. */
export function Disclosure(props: {
  readonly title: string;
  /** What it holds now, in a few words. */
  readonly digest: string;
  readonly isWrong: boolean;
  readonly children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  return (
    <details
      className="ap-rule-more"
      open={isOpen || props.isWrong}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary aria-describedby={id}>
        <h2>{props.title}</h2>
        <span id={id} className="ap-faint">
          {props.digest}
        </span>
      </summary>
      <div className="ap-rule-more-body">{props.children}</div>
    </details>
  );
}
