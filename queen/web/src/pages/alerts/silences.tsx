import type { Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { dateText, lengthText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { useNow } from '../../state/use-now.ts';

const HOUR_MS = 3_600_000;
const LENGTHS = [
  [HOUR_MS, '1 hour'],
  [4 * HOUR_MS, '4 hours'],
  [24 * HOUR_MS, '24 hours'],
  [7 * 24 * HOUR_MS, '7 days'],
] as const;

/** Silences that are not over, and a form for another one. */
export function Silences(props: {
  readonly silences: readonly Silence[];
  readonly rules: readonly Rule[];
  readonly onChanged: () => void;
}) {
  const { notices } = useServices();
  const now = useNow(10_000);
  const names = new Map(props.rules.map(({ id, name }) => [id, name]));
  const end = (silence: Silence) => {
    const { id: _id, createdBy: _by, createdMs: _ms, ...again } = silence;
    return notices.act(
      async () => {
        await alerting.endSilence(silence.id);
        props.onChanged();
      },
      'Ended the silence',
      async () => {
        await alerting.silence(again);
        props.onChanged();
      },
    );
  };
  return (
    <>
      <section className="ap-sheet" aria-label="Silences">
        {props.silences.length === 0 ? (
          <p className="ap-panel-empty">Nothing is silenced: everybody is told of every alert.</p>
        ) : null}
        <ul>
          {props.silences.map((silence) => (
            <li key={silence.id} className="ap-silence">
              <span className="ap-grow">
                <strong>{safeText(whatOf(silence, names))}</strong>
                <span className="ap-faint">
                  {safeText(`${silence.createdBy}: ${silence.reason || 'no reason given'}`)}
                </span>
              </span>
              <span className="ap-faint">{whenOf(silence, now)}</span>
              <Button onClick={() => void end(silence)}>End it</Button>
            </li>
          ))}
        </ul>
      </section>
      <SilenceForm rules={props.rules} onMade={props.onChanged} />
    </>
  );
}

function SilenceForm(props: { readonly rules: readonly Rule[]; readonly onMade: () => void }) {
  const { notices } = useServices();
  const [rule, setRule] = useState('');
  const [host, setHost] = useState('');
  const [lengthMs, setLengthMs] = useState<number>(HOUR_MS);
  const [reason, setReason] = useState('');
  const make = (event: FormEvent) => {
    event.preventDefault();
    const wanted = {
      ...(rule !== '' && { rule }),
      group: host.trim() === '' ? {} : { host: host.trim() },
      untilMs: Date.now() + lengthMs,
      reason,
    };
    void notices.act(async () => {
      await alerting.silence(wanted);
      props.onMade();
    }, 'Silenced');
  };
  return (
    <form className="ap-sheet ap-rule-form" onSubmit={make} aria-label="A new silence">
      <h2>A new silence</h2>
      <label className="ap-form-field">
        <span>Rule</span>
        <select
          className="ap-input"
          value={rule}
          onChange={(event) => setRule(event.currentTarget.value)}
        >
          <option value="">All rules</option>
          {props.rules.map(({ id, name }) => (
            <option key={id} value={id}>
              {safeText(name)}
            </option>
          ))}
        </select>
      </label>
      <TextInput
        label="Host"
        placeholder="all; web-* for some"
        value={host}
        onChange={(event) => setHost(event.currentTarget.value)}
      />
      <label className="ap-form-field">
        <span>For</span>
        <select
          className="ap-input"
          value={lengthMs}
          onChange={(event) => setLengthMs(Number(event.currentTarget.value))}
        >
          {LENGTHS.map(([ms, words]) => (
            <option key={ms} value={ms}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <TextInput
        label="Why"
        placeholder="load test"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit">Silence</Button>
    </form>
  );
}

function whatOf(silence: Silence, names: ReadonlyMap<string, string>): string {
  const rule = silence.rule === undefined ? 'All rules' : (names.get(silence.rule) ?? silence.rule);
  const group = Object.entries(silence.group).map(([field, value]) => `${field} ${value}`);
  return [rule, ...group].join(', ');
}

function whenOf({ recurs, untilMs, fromMs }: Silence, now: number): string {
  if (recurs) return `again and again from ${recurs.from} for ${recurs.minutes} min`;
  if (fromMs > now) return `begins ${dateText(fromMs)}`;
  return `ends in ${lengthText(Math.max(0, untilMs - now))}`;
}
