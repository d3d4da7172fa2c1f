import {
  type ChannelField,
  type ChannelKindView,
  channelInputSchema,
} from '@apiary/common/messages/channel.ts';
import { useState } from 'react';
import { notifying } from '../../state/notifying.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { ActForm, Field } from './act-form.tsx';

/** The form of a new channel: its fields are those that its kind asks for. */
export function AddChannel(props: { readonly onDone: () => void }) {
  const { value: kinds, failure } = useLoaded(notifying.kinds);
  const [chosen, setChosen] = useState('email');
  const kind = kinds?.find((candidate) => candidate.kind === chosen);
  if (failure) return <p className="ap-sheet-text ap-bad">{failure}</p>;
  if (!kinds || !kind) return null;
  return (
    <ActForm
      key={chosen}
      verb="Add"
      act={(form) => notifying.putChannel(channelOf(kind, form))}
      onDone={props.onDone}
      onCancel={props.onDone}
      primary
    >
      <label className="ap-form-field">
        <span>Kind</span>
        <select
          className="ap-input"
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {kinds.map(({ kind: name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Field label="Name" name=" name" pattern="[\w][\w.\-]{0,63}" title="letters, digits, . _ -" />
      {kind.fields.map((field) => (
        <KindField key={field.name} field={field} />
      ))}
    </ActForm>
  );
}

function KindField(props: { readonly field: ChannelField }) {
  const { name, title, help, type, choices, secret, required, default: initial } = props.field;
  const label = required ? title : `${title} (may be empty)`;
  if (type === 'switch') {
    return (
      <label className="ap-field-switch" title={help}>
        <input type="checkbox" name={name} defaultChecked={initial === true} />
        {title}
      </label>
    );
  }
  if (type === 'choice') {
    return (
      <label className="ap-form-field" title={help}>
        <span>{title}</span>
        <select className="ap-input" name={name} defaultValue={String(initial ?? choices[0] ?? '')}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <Field
      label={label}
      name={name}
      title={help}
      type={secret ? 'password' : type === 'number' ? 'number' : 'text'}
      required={required}
      {...(initial !== undefined && { initial: String(initial) })}
    />
  );
}

function channelOf(kind: ChannelKindView, form: FormData) {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  for (const field of kind.fields) {
    const text = String(form.get(field.name) ?? '').trim();
    if (field.type === 'switch') settings[field.name] = form.get(field.name) !== null;
    else if (text !== '') (field.secret ? secrets : settings)[field.name] = typedValue(field, text);
  }
  return channelInputSchema.parse({
    name: String(form.get(' name')),
    kind: kind.kind,
    settings,
    secrets,
  });
}

function typedValue({ type }: ChannelField, text: string): unknown {
  if (type === 'number') return Number(text);
  return type === 'list' ? text.split(/[\s,]+/).filter((item) => item !== '') : text;
}
