import type { Bus } from '@apiary/common/bus/bus.ts';
import { IMPORT_COMMIT_MS_MAX, STORE_JOB_MS_MAX } from '@apiary/common/limits/store.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { IMPORT_ROUTES } from '../import-routes.ts';
import type { Handlers } from './handler.ts';
import { answerInParts } from './parts.ts';

/** Bulk imports: honeycomb answers. */
export function importHandlers(bus: Bus): Handlers<keyof typeof IMPORT_ROUTES> {
  const { holdings, importRuns, digest } = honeycombActions;
  return {
    beginImport: async ({ body: { generation }, actor, signal }) => {
      const generations = [generation];
      const answer = await callAction(bus, holdings, { generations }, { actor, signal });
      return { ranges: answer.holdings[0]?.ranges ?? [] };
    },
    importRuns: ({ body, actor, signal }) =>
      callAction(bus, importRuns, body, { actor, signal, deadlineMs: IMPORT_COMMIT_MS_MAX }),
    readDigest: async (call) => {
      const { body, actor, signal } = call;
      const options = { actor, signal, deadlineMs: STORE_JOB_MS_MAX };
      return await answerInParts(streamAction(bus, digest, body, options), call);
    },
  };
}
