/** What honeycomb answers about bulk imports. */
import type { Clock } from '@apiary/common/clock.ts';
import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { importActions } from '@apiary/common/messages/actions/import.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { RetentionClasses } from '../life/retention-classes.ts';
import { type DigestContext, digestOf } from './digest.ts';
import { importRuns } from './import-runs.ts';

/** What the handlers work with. */
export interface ImportActionContext extends DigestContext {
  readonly ingest: Pick<Ingest, 'append'>;
  readonly classes: RetentionClasses;
  readonly clock: Clock;
}

/** The handlers of this part of honeycomb's actions. */
export function importHandlers(context: ImportActionContext): ActionHandlers<typeof importActions> {
  return {
    importRuns: async (body) => await importRuns(context, body),
    digest: ({ generation }, { signal }) => digestOf(context, generation, signal),
  };
}
