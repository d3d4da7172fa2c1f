import type { Alert } from '@apiary/common/messages/alerts.ts';
import type { DeliveryView } from '@apiary/common/messages/channel.ts';
import { useCallback, useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { shortTimeText } from '../../log-list/time-text.ts';
import { notifying } from '../../state/notifying.ts';
import { useLoaded } from '../../state/use-loaded.ts';

const STATES = {
  waiting: 'is tried again',
  delivered: 'told',
  dead: 'given up',
  dropped: 'its device is gone',
} as const satisfies Record<DeliveryView['state'], string>;

/** Who was told of an alert, and what came of it; asked for when one opens it. */
export function AlertTold(props: { readonly alert: Alert; readonly now: number }) {
  const { alert, now } = props;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className="ap-alert-measured"
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary>Who was told</summary>
      {/* Asked again with each further message. */}
      {isOpen ? <Deliveries key={alert.told} alert={alert.id} now={now} /> : null}
    </details>
  );
}

function Deliveries(props: { readonly alert: string; readonly now: number }) {
  const { alert, now } = props;
  const load = useCallback(() => notifying.deliveriesOf(alert), [alert]);
  const { value, failure } = useLoaded(load);
  if (failure !== undefined) return <p className="ap-faint">{failure}</p>;
  if (!value) return <p className="ap-faint">Asking…</p>;
  if (value.length === 0) {
    return (
      <p className="ap-faint">
        Nobody by a message of its own: either many alerts were told together, or the rule names no
        channel and none of its people has a device here.
      </p>
    );
  }
  return (
    <ul className="ap-alert-told">
      {value.map(({ id, kind, channel, user, deviceName, state, atMs, attempts }) => {
        const to = deviceName === undefined ? channel : `${user}’s ${deviceName}`;
        const note = state === 'delivered' ? '' : `: ${attempts.at(-1)?.note ?? 'not yet'}`;
        return (
          <li key={id}>
            <strong>{safeText(to)}</strong>{' '}
            <span className={state === 'dead' ? 'ap-bad' : 'ap-faint'}>
              {safeText(`${kind}, ${STATES[state]} ${shortTimeText(atMs, now)}${note}`)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
