import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { messageOf } from '../../state/http.ts';

/** A form that acts and says why it could not; `onDone` when it could. */
export function ActForm(props: {
  readonly verb: string;
  readonly act: (form: FormData) => Promise<unknown>;
  readonly onDone: () => void;
  /** Without it there is no way to leave the form. */
  readonly onCancel?: () => void;
  readonly primary?: boolean;
  readonly children: ReactNode;
}) {
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    setBusy(true);
    try {
      await props.act(new FormData(element));
      setRefusal(undefined);
      element.reset();
      props.onDone();
    } catch (thrown) {
      setRefusal(messageOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="ap-form" onSubmit={(event) => void submit(event)}>
      {props.children}
      <Button type="submit" variant={props.primary ? 'filled' : 'default'} loading={busy}>
        {props.verb}
      </Button>
      {props.onCancel ? (
        <Button variant="subtle" color="gray" onClick={props.onCancel}>
          Cancel
        </Button>
      ) : null}
      <p className="ap-bad" role="alert">
        {refusal}
      </p>
    </form>
  );
}

/** A labelled text field of an {@link ActForm}. */
export function Field(props: {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'password' | 'number';
  readonly autoComplete?: string;
  readonly initial?: string;
  readonly pattern?: string;
  readonly title?: string;
  readonly minLength?: number;
  readonly required?: boolean;
  /** What to type, under the field. */
  readonly hint?: string;
}) {
  return (
    <Labelled label={props.label} hint={props.hint}>
      {(described) => (
        <input
          {...described}
          className="ap-input"
          name={props.name}
          type={props.type ?? 'text'}
          autoComplete={props.autoComplete ?? 'off'}
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={props.initial}
          pattern={props.pattern}
          title={props.title}
          minLength={props.minLength}
          required={props.required ?? true}
        />
      )}
    </Labelled>
  );
}

/** What a control of {@link Labelled} takes. */
interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
}

/** A control under its label, and over what to put into it, which describes it without being its name. */
export function Labelled(props: {
  readonly label: string;
  readonly hint: string | undefined;
  readonly children: (described: Described) => ReactNode;
}) {
  const id = useId();
  const hint = useId();
  return (
    <div className="ap-form-field">
      <label htmlFor={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': props.hint ? hint : undefined })}
      <FieldHint id={hint} words={props.hint} />
    </div>
  );
}

/** What to type into a field. */
export function FieldHint(props: { readonly id: string; readonly words: string | undefined }) {
  return props.words ? (
    <small id={props.id} className="ap-form-hint">
      {props.words}
    </small>
  ) : null;
}
