import type { Actor } from '@apiary/common/bus/bus.ts';
import {
  DELIVERIES_REFRESH_INTERVAL_MS,
  DELIVERIES_WATCHED_MAX,
} from '@apiary/common/limits/deliveries.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { DeliveryView } from '@apiary/common/messages/channel.ts';
import { ReadingFeed, type ReadingFeedOptions } from './reading-feed.ts';

/** The newest deliveries. */
export type DeliveriesFeed = ReadingFeed<{ readonly deliveries: readonly DeliveryView[] }>;

/** Reads them from sting, again after each change of one. */
export function createDeliveriesFeed(
  options: Pick<ReadingFeedOptions<unknown>, 'bus' | 'clock' | 'log'> & { readonly actor: Actor },
): DeliveriesFeed {
  const { bus, clock, log, actor } = options;
  return new ReadingFeed<{ readonly deliveries: readonly DeliveryView[] }>({
    bus,
    clock,
    log,
    event: 'document.changed.deliveries',
    intervalMs: DELIVERIES_REFRESH_INTERVAL_MS,
    read: async () => {
      const request = { limit: DELIVERIES_WATCHED_MAX };
      const answer = await callAction(bus, stingActions.listDeliveries, request, { actor });
      return { deliveries: answer.deliveries };
    },
  });
}
