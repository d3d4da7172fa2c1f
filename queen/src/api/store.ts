import type { Bus } from '@apiary/common/bus/bus.ts';
import { STORE_JOB_MS_MAX } from '@apiary/common/limits/store.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { type CheckPart, storeActions } from '@apiary/common/messages/actions/store.ts';
import type { STORE_ROUTES } from '../store-routes.ts';
import type { Handlers } from './handler.ts';
import { answerInParts } from './parts.ts';

/** What is stored: honeycomb answers. */
export function storeHandlers(bus: Bus): Handlers<keyof typeof STORE_ROUTES> {
  const { readRetention, setRetention, previewRetention, sizes, check } = storeActions;
  const { countLines, deleteLines } = storeActions;
  // Whoever waits for the whole store waits long.
  const deadlineMs = STORE_JOB_MS_MAX;
  return {
    readRetention: ({ actor, signal }) => callAction(bus, readRetention, {}, { actor, signal }),
    setRetention: ({ body, actor, signal }) =>
      callAction(bus, setRetention, body, { actor, signal }),
    previewRetention: ({ body, actor, signal }) =>
      callAction(bus, previewRetention, body, { actor, signal }),
    readSizes: ({ actor, signal }) => callAction(bus, sizes, {}, { actor, signal }),
    checkStore: async ({ actor, signal }) =>
      await wholeOf(streamAction(bus, check, {}, { actor, signal, deadlineMs })),
    countLines: ({ body, actor, signal }) =>
      callAction(bus, countLines, body, { actor, signal, deadlineMs }),
    deleteLines: async (call) => {
      const { body, actor, signal } = call;
      const parts = streamAction(bus, deleteLines, body, { actor, signal, deadlineMs });
      return await answerInParts(parts, call);
    },
  };
}

/** The last part, with the problems of all. */
async function wholeOf(parts: AsyncIterable<CheckPart>): Promise<CheckPart | undefined> {
  let last: CheckPart | undefined;
  const problems: CheckPart['problems'] = [];
  for await (const part of parts) {
    problems.push(...part.problems);
    last = part;
  }
  return last && { ...last, problems };
}
