import type { Actor } from '@apiary/common/bus/bus.ts';
import { ALERTS_PAGE_MAX, ALERTS_REFRESH_INTERVAL_MS } from '@apiary/common/limits/alerts.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import type { Alert } from '@apiary/common/messages/alerts.ts';
import { ReadingFeed, type ReadingFeedOptions } from './reading-feed.ts';

/** Alerts that are pending or firing. */
export type AlertsFeed = ReadingFeed<{ readonly alerts: readonly Alert[] }>;

/** Reads them from pheromone, again after each `alert.changed`. */
export function createAlertsFeed(
  options: Pick<ReadingFeedOptions<unknown>, 'bus' | 'clock' | 'log'> & { readonly actor: Actor },
): AlertsFeed {
  const { bus, clock, log, actor } = options;
  return new ReadingFeed<{ readonly alerts: readonly Alert[] }>({
    bus,
    clock,
    log,
    event: 'alert.changed',
    intervalMs: ALERTS_REFRESH_INTERVAL_MS,
    read: async () => {
      const request = { state: 'active' as const, limit: ALERTS_PAGE_MAX };
      return await callAction(bus, pheromoneActions.listAlerts, request, { actor });
    },
  });
}
