import type { Actor } from '@apiary/common/bus/bus.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { REVOCATION_MS_MAX } from '@apiary/common/limits/access.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Parts } from './parts.ts';

const ACTOR = {
  kind: 'component',
  id: 'agentmanager',
  name: 'agentmanager',
  role: 'system',
} as const satisfies Actor;

/**
 * Resolves once no live honeycomb stores anything more of these agents, whose revocation is stored
 * already. One that started since reads the revocation itself.
 *
 * @throws AppError `deadline-passed` when one does not answer: it may be hung, and wake up
 */
export async function untilDistrusted(
  { context }: Pick<Parts, 'context'>,
  agents: readonly string[],
): Promise<void> {
  const { bus, documents } = context;
  const members: string[] = [];
  for await (const { document } of eachDocument(await documents.collection(HONEYCOMBS))) {
    members.push(document.id);
  }
  await Promise.all(
    members.map(async (instance) => {
      const options = { actor: ACTOR, instance, deadlineMs: REVOCATION_MS_MAX };
      try {
        await callAction(bus, honeycombActions.distrust, { agents: [...agents] }, options);
      } catch (error) {
        if (toAppError(error).code === 'component-missing') return;
        throw new AppError(
          'deadline-passed',
          'The revocation is stored, but one honeycomb has not confirmed it: revoke again to be sure.',
          { cause: error, details: { honeycomb: instance } },
        );
      }
    }),
  );
}
