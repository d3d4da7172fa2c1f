import { Button } from '@mantine/core';
import { useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { dateText, lengthText } from '../../log-list/time-text.ts';
import { canBeNotified, notifying, notifyThisBrowser, thisDevice } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { browserName } from './browser-name.ts';
import { LastDelivered } from './last-delivered.tsx';
import { SectionState } from './section-state.tsx';
import { TestButton, type TestOutcome } from './test-button.tsx';

/** One's own devices, and for admins everybody's; this browser can become one. */
export function Devices() {
  const { notices, session } = useServices();
  const state = useStore(session.state);
  const isAdmin = state.kind === 'signed-in' && state.actor.role === 'admin';
  const [everybody, setEverybody] = useState(false);
  const load = everybody ? notifying.everybodysDevices : notifying.devices;
  const { value, failure, reload } = useLoaded(load);
  const now = useNow(10_000);
  const turnOn = () =>
    notices.act(async () => {
      await notifyThisBrowser(browserName(navigator.userAgent));
      await reload();
    }, 'This browser is told of alerts now');
  const remove = (id: string, name: string) =>
    notices.act(async () => {
      await notifying.removeDevice(id);
      await reload();
    }, `Removed ${name}`);
  const here = thisDevice();
  const isHere = value?.some(({ id }) => id === here);
  const shown = value?.toSorted((a, b) => Number(b.id === here) - Number(a.id === here));
  return (
    <section className="ap-sheet" aria-labelledby="devices">
      <div className="ap-sheet-head">
        <h2 id="devices">{everybody ? 'Everybody’s devices' : 'My devices'}</h2>
        {isAdmin ? <Whose everybody={everybody} onChange={setEverybody} /> : null}
        {isHere ? null : (
          <Button disabled={!canBeNotified()} onClick={() => void turnOn()}>
            Turn on alerts in this browser
          </Button>
        )}
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {value?.length === 0 ? (
        <p className="ap-sheet-text">
          {everybody ? 'Nobody has any yet.' : 'None yet.'} Browsers are reached through a channel
          of the kind web-push, phones through apns.
        </p>
      ) : null}
      <ul>
        {shown?.map(({ id, user, name, kind, registeredMs, last }) => (
          <li key={id} className="ap-silence">
            <span className="ap-grow">
              <strong>{safeText(name)}</strong>
              <span className="ap-faint">
                {everybody ? `${safeText(user)}, ` : ''}
                {kind}, since {dateText(registeredMs)}
                {id === here ? ', this browser' : ''}
              </span>
              <LastDelivered last={last} now={now} />
            </span>
            <TestButton name={name} test={() => testOutcome(id)} />
            <Button
              aria-label={`Remove ${safeText(name)}`}
              onClick={() => void remove(id, safeText(name))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Whose(props: {
  readonly everybody: boolean;
  readonly onChange: (everybody: boolean) => void;
}) {
  const { everybody, onChange } = props;
  return (
    <div className="ap-segments">
      <button type="button" aria-pressed={!everybody} onClick={() => onChange(false)}>
        Mine
      </button>
      <button type="button" aria-pressed={everybody} onClick={() => onChange(true)}>
        Everybody’s
      </button>
    </div>
  );
}

async function testOutcome(id: string): Promise<TestOutcome> {
  const { outcome, note, tookMs } = await notifying.testDevice(id);
  return outcome === 'sent'
    ? { ok: true, text: `sent, ${lengthText(tookMs)}` }
    : { ok: false, text: note };
}
