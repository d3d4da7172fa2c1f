import type { LastDelivery } from '@apiary/common/messages/channel.ts';
import { safeText } from '../../log-list/display.ts';
import { shortTimeText } from '../../log-list/time-text.ts';

/** The latest delivery to a channel or a device: when, what came of it, and of which alert. */
export function LastDelivered(props: {
  readonly last: LastDelivery | undefined;
  readonly now: number;
}) {
  const { last, now } = props;
  if (!last) return <span className="ap-faint">nothing yet</span>;
  const isBad = last.state === 'dead' || last.state === 'dropped';
  return (
    <span className="ap-last-delivered">
      <span className={isBad ? 'ap-bad' : undefined}>
        {STATES[last.state]} {shortTimeText(last.atMs, now)}
        {isBad && last.note !== undefined ? `: ${safeText(last.note)}` : ''}
      </span>
      <span className="ap-faint">
        <bdi>{safeText(last.title)}</bdi>
      </span>
    </span>
  );
}

const STATES = {
  waiting: 'tried',
  delivered: 'delivered',
  dead: 'gave up',
  dropped: 'its device was gone',
} as const satisfies Record<LastDelivery['state'], string>;
