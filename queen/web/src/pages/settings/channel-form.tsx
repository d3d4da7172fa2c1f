import {
  type ChannelField,
  type ChannelKindView,
  type ChannelView,
  channelInputSchema,
} from '@apiary/common/messages/channel.ts';
import { useId, useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { notifying } from '../../state/notifying.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { ActForm, Field, FieldHint, Labelled } from './act-form.tsx';

/** Not a field of any kind. */
const NAME = ' name';
const ENABLED = ' enabled';

/** The form of a new channel, or of one that is changed: its fields are those that its kind asks for. */
export function ChannelForm(props: {
  readonly channel: ChannelView | undefined;
  readonly onDone: () => void;
}) {
  const { channel, onDone } = props;
  const { value: kinds, failure } = useLoaded(notifying.kinds);
  const [chosen, setChosen] = useState<string>(channel?.kind ?? 'email');
  const kind = kinds?.find((candidate) => candidate.kind === chosen);
  if (failure) return <p className="ap-sheet-text ap-bad">{failure}</p>;
  if (!kinds || !kind) return null;
  return (
    <ActForm
      key={chosen}
      verb={channel ? 'Save' : 'Add'}
      act={(form) => notifying.putChannel(channelOf(kind, form, channel))}
      onDone={onDone}
      onCancel={onDone}
      primary
    >
      <div className="ap-channel-fields">
        {channel ? (
          <p>
            <strong>{safeText(channel.name)}</strong>, {kind.title}
          </p>
        ) : (
          <>
            <KindChoice kinds={kinds} chosen={chosen} onChoose={setChosen} />
            <Field
              label="Name"
              name={NAME}
              pattern="[\w][\w.\-]{0,63}"
              hint="Rules name it so: letters, digits, dots, hyphens, underscores."
            />
          </>
        )}
        {kind.fields.map((field) => (
          <KindField key={field.name} field={field} channel={channel} />
        ))}
        {channel ? (
          <label className="ap-field-switch">
            <input type="checkbox" name={ENABLED} defaultChecked={channel.enabled} />
            Switched on
          </label>
        ) : null}
      </div>
    </ActForm>
  );
}

function KindChoice(props: {
  readonly kinds: readonly ChannelKindView[];
  readonly chosen: string;
  readonly onChoose: (kind: string) => void;
}) {
  const { kinds, chosen, onChoose } = props;
  return (
    <Labelled label="Kind" hint={kinds.find(({ kind }) => kind === chosen)?.summary}>
      {(described) => (
        <select
          {...described}
          className="ap-input"
          value={chosen}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          {kinds.map(({ kind, title }) => (
            <option key={kind} value={kind}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function KindField(props: {
  readonly field: ChannelField;
  readonly channel: ChannelView | undefined;
}) {
  const { name, title, help, type, choices, secret, required } = props.field;
  const { channel } = props;
  const hint = useId();
  const stays = secret && channel?.secretsSet.includes(name) === true;
  const initial = channel && !secret ? channel.settings[name] : props.field.default;
  const label = stays
    ? `${title} (empty: as it was)`
    : required
      ? title
      : `${title} (may be empty)`;
  if (type === 'switch') {
    return (
      <div className="ap-channel-switch">
        <label className="ap-field-switch">
          <input
            type="checkbox"
            name={name}
            defaultChecked={initial === true}
            aria-describedby={hint}
          />
          {title}
        </label>
        <FieldHint id={hint} words={help} />
      </div>
    );
  }
  if (type === 'choice') {
    return (
      <Labelled label={title} hint={help}>
        {(described) => (
          <select
            {...described}
            className="ap-input"
            name={name}
            defaultValue={String(initial ?? choices[0] ?? '')}
          >
            {choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        )}
      </Labelled>
    );
  }
  if (type === 'lines') {
    return (
      <Labelled label={label} hint={help}>
        {(described) => (
          <textarea
            {...described}
            className="ap-input ap-channel-lines"
            name={name}
            rows={3}
            spellCheck={false}
            required={required && !stays}
            defaultValue={initial === undefined ? '' : String(initial)}
          />
        )}
      </Labelled>
    );
  }
  return (
    <Field
      label={label}
      name={name}
      hint={help}
      type={secret ? 'password' : type === 'number' ? 'number' : 'text'}
      required={required && !stays}
      {...(initial !== undefined && { initial: textOf(initial) })}
    />
  );
}

function channelOf(kind: ChannelKindView, form: FormData, before: ChannelView | undefined) {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  for (const field of kind.fields) {
    const text = String(form.get(field.name) ?? '').trim();
    if (field.type === 'switch') settings[field.name] = form.get(field.name) !== null;
    else if (text !== '') (field.secret ? secrets : settings)[field.name] = typedValue(field, text);
  }
  return channelInputSchema.parse({
    name: before?.name ?? String(form.get(NAME)),
    kind: kind.kind,
    settings,
    secrets,
    enabled: before ? form.get(ENABLED) !== null : true,
  });
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function typedValue({ type }: ChannelField, text: string): unknown {
  if (type === 'number') return Number(text);
  return type === 'list' ? text.split(/[\s,]+/).filter((item) => item !== '') : text;
}
