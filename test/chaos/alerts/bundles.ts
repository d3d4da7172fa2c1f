/**
 * Alerts that a bundle tells without naming them: a message names the first few of many and counts the rest, so what a
 * phone shows does not say which. sting's own copy of the message does.
 */
import { openDocuments } from '@apiary/common/documents/open.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { BUNDLE_TITLES_SHOWN } from '@apiary/common/limits/alerts.ts';
import { openModel } from '@apiary/hive/sting/model.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import type { ApiClient } from '../../../scripts/api-client.ts';
import type { Taken } from './pushes.ts';

/** Those of bundles that the channel has taken, under the bundle's id. `store` as components take it. */
export async function unnamedInBundles(client: ApiClient, store: string): Promise<Taken[]> {
  const query = { state: 'all', limit: '1000' };
  const { alerts } = await client.call(ALERT_ROUTES.listAlerts, undefined, query);
  const codes = new Map(alerts.map(({ id, group }) => [id, group.code]));
  const documents = await openDocuments(store);
  try {
    const { deliveries, notifications } = await openModel(documents);
    const taken: Taken[] = [];
    for await (const { document } of eachDocument(deliveries, { state: 'delivered' })) {
      if (document.kind !== 'fired') continue;
      const bundles = (await notifications.get(document.message))?.document.message.bundles ?? [];
      for (const alert of bundles.slice(BUNDLE_TITLES_SHOWN)) {
        const code = codes.get(alert);
        if (code !== undefined) taken.push({ id: `bundle ${document.message}`, code });
      }
    }
    return taken;
  } finally {
    await documents.close();
  }
}
