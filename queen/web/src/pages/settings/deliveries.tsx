import type { DeliveryView } from '@apiary/common/messages/channel.ts';
import { Button } from '@mantine/core';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { lengthText, shortTimeText } from '../../log-list/time-text.ts';
import { notifying } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { SectionState } from './section-state.tsx';

/** What was sent, and what is tried again. */
export function Deliveries() {
  const { notices } = useServices();
  const { value, failure, reload } = useLoaded(notifying.deliveries);
  const now = useNow(1_000);
  const resend = (id: string) =>
    notices.act(async () => {
      await notifying.resend(id);
      await reload();
    }, 'It is tried again');
  return (
    <section className="ap-sheet" aria-labelledby="deliveries">
      <div className="ap-sheet-head">
        <h2 id="deliveries">Deliveries</h2>
        <span className="ap-faint">the latest</span>
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {value?.length === 0 ? <p className="ap-sheet-text">Nothing has been sent yet.</p> : null}
      {value && value.length > 0 ? (
        <ScrollRegion label="The latest deliveries">
          <table className="ap-table">
            <thead>
              <tr>
                <th>When</th>
                <th>To</th>
                <th>What</th>
                <th>Outcome</th>
                <th>
                  <span className="ap-hidden">Send again</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.map((delivery) => (
                <tr key={delivery.id}>
                  <td>{shortTimeText(delivery.atMs, now)}</td>
                  <td>{safeText(delivery.deviceName ?? delivery.channel)}</td>
                  <th scope="row">
                    <bdi>{safeText(delivery.title)}</bdi>
                  </th>
                  <td className={delivery.state === 'dead' ? 'ap-bad' : undefined}>
                    {safeText(outcomeOf(delivery, now))}
                  </td>
                  <td>
                    {delivery.state === 'dead' ? (
                      <Button onClick={() => void resend(delivery.id)}>Send again</Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      ) : null}
    </section>
  );
}

function outcomeOf(delivery: DeliveryView, now: number): string {
  const last = delivery.attempts.at(-1);
  const note = last?.note ? `: ${last.note}` : '';
  switch (delivery.state) {
    case 'delivered':
      return last?.tookMs === undefined ? 'delivered' : `delivered, ${lengthText(last.tookMs)}`;
    case 'dead':
      return `gave up after ${delivery.attemptCount} tries${note}`;
    case 'dropped':
      return 'its device is gone';
    default:
      return delivery.attemptCount === 0
        ? 'waits'
        : `try ${delivery.attemptCount}${note}, again in ${lengthText(Math.max(0, delivery.nextMs - now))}`;
  }
}
