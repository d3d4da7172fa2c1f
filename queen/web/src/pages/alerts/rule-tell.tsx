import { RULE_CHANNELS_MAX } from '@apiary/common/limits/alerts.ts';
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { safeText } from '../../log-list/display.ts';
import type { Told } from './rule-draft.ts';
import { Choice } from './rule-fields.tsx';
import type { Recipients } from './use-recipients.ts';

const EVERYBODY = '*';
const WHO = [
  ['everybody', 'everybody’s devices'],
  ['some', 'the devices of some people'],
  ['nobody', 'nobody’s devices'],
] as const;

/** Which channels are told: those that are there, and those that the rule names though they are gone. */
export function ChannelChoice(props: {
  readonly legend: string;
  readonly chosen: readonly string[];
  readonly recipients: Recipients;
  readonly onChange: (channels: readonly string[]) => void;
}) {
  const { chosen, recipients, onChange } = props;
  const { channels, failure } = recipients;
  const names = new Set([...(channels ?? []), ...chosen]);
  const isGone = (name: string) => channels !== undefined && !channels.includes(name);
  return (
    <fieldset className="ap-scopes">
      <legend>{props.legend}</legend>
      {[...names].map((name) => (
        <Checkbox
          key={name}
          label={isGone(name) ? `${safeText(name)} (is not set up)` : safeText(name)}
          checked={chosen.includes(name)}
          onChange={(event) => onChange(toggled(chosen, name, event.currentTarget.checked))}
        />
      ))}
      {names.size === 0 && (channels || failure) ? (
        <p className="ap-faint ap-no-channel">
          {failure ?? (
            <>
              No channel is set up yet:{' '}
              <Link href="/settings/channels" className="ap-link">
                set one up
              </Link>
              .
            </>
          )}
        </p>
      ) : null}
    </fieldset>
  );
}

/** Whose devices are told: everybody's, nobody's, or those of some people. */
export function PeopleChoice(props: {
  readonly users: readonly string[];
  readonly recipients: Recipients;
  readonly onChange: (users: readonly string[]) => void;
}) {
  const { users, onChange } = props;
  const { people } = props.recipients;
  // Nobody is chosen yet when one begins to choose.
  const [isChoosing, setIsChoosing] = useState(false);
  const who = users.includes(EVERYBODY)
    ? 'everybody'
    : users.length > 0 || isChoosing
      ? 'some'
      : 'nobody';
  const choose = (kind: string) => {
    setIsChoosing(kind === 'some');
    onChange(kind === 'everybody' ? [EVERYBODY] : []);
  };
  return (
    <>
      <Choice label="Phones and browsers" value={who} options={WHO} onChange={choose} />
      {who !== 'some' ? null : people === undefined ? (
        <Names users={users} onChange={onChange} />
      ) : (
        <fieldset className="ap-scopes">
          <legend>The devices of</legend>
          {[...new Set([...people, ...users])].map((name) => (
            <Checkbox
              key={name}
              label={safeText(name)}
              checked={users.includes(name)}
              onChange={(event) => onChange(toggled(users, name, event.currentTarget.checked))}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}

/** Names as they are typed: who may not list people may still name them. */
function Names(props: {
  readonly users: readonly string[];
  readonly onChange: (users: readonly string[]) => void;
}) {
  const [text, setText] = useState(props.users.join(', '));
  return (
    <TextInput
      label="The devices of"
      placeholder="mira, jonas"
      description="Names as people sign in with, separated by commas"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const names = event.currentTarget.value.split(/[\s,]+/).filter((name) => name !== '');
        props.onChange([...new Set(names)].slice(0, RULE_CHANNELS_MAX));
      }}
    />
  );
}

/** Whom a rule or a step tells, in a few words. */
export function toldWords({ users }: Pick<Told, 'users'>): string {
  if (users.includes(EVERYBODY)) return 'everybody’s devices';
  return users.length === 0
    ? 'nobody’s devices'
    : `the devices of ${users.map(safeText).join(', ')}`;
}

function toggled(names: readonly string[], name: string, isOn: boolean): readonly string[] {
  return isOn ? [...names, name] : names.filter((other) => other !== name);
}
