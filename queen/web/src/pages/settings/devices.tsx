import { Button } from '@mantine/core';
import { safeText } from '../../log-list/display.ts';
import { dateText, lengthText } from '../../log-list/time-text.ts';
import { canBeNotified, notifying, notifyThisBrowser } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { browserName } from './browser-name.ts';
import { LastDelivered } from './last-delivered.tsx';
import { SectionState } from './section-state.tsx';
import { TestButton, type TestOutcome } from './test-button.tsx';

/** One's own devices; this browser can become one. */
export function Devices() {
  const { notices } = useServices();
  const { value, failure, reload } = useLoaded(notifying.devices);
  const now = useNow(10_000);
  const here = browserName(navigator.userAgent);
  const turnOn = () =>
    notices.act(async () => {
      await notifyThisBrowser(here);
      await reload();
    }, 'This browser is told of alerts now');
  const remove = (id: string, name: string) =>
    notices.act(async () => {
      await notifying.removeDevice(id);
      await reload();
    }, `Removed ${name}`);
  return (
    <section className="ap-sheet" aria-labelledby="devices">
      <div className="ap-sheet-head">
        <h2 id="devices">My devices</h2>
        <Button disabled={!canBeNotified()} onClick={() => void turnOn()}>
          Turn on alerts in this browser
        </Button>
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {value?.length === 0 ? (
        <p className="ap-sheet-text">
          None yet. Browsers are reached through a channel of the kind web-push, phones through
          apns.
        </p>
      ) : null}
      <ul>
        {value?.map(({ id, name, kind, registeredMs, last }) => (
          <li key={id} className="ap-silence">
            <span className="ap-grow">
              <strong>{safeText(name)}</strong>
              <span className="ap-faint">
                {kind}, since {dateText(registeredMs)}
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

async function testOutcome(id: string): Promise<TestOutcome> {
  const { outcome, note, tookMs } = await notifying.testDevice(id);
  return outcome === 'sent'
    ? { ok: true, text: `sent, ${lengthText(tookMs)}` }
    : { ok: false, text: note };
}
