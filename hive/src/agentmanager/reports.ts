import type { Delivery } from '@apiary/common/bus/bus.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Target, TargetState } from '@apiary/common/messages/agent.ts';
import type { TargetReports } from '@apiary/common/messages/control.ts';
import { publicKeyFromRaw, verifyControl } from '@apiary/common/messages/signature.ts';
import type { Model } from './model.ts';
import { emitEvent, type Parts } from './parts.ts';

/** Takes what Bees tell of their targets. */
export class Reports {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Stores the states that changed and tells who waits for them.
   *
   * @returns what became of it, for the counter
   * @throws AppError `signature-invalid`, `agent-not-approved`, or as the store
   */
  async receive(message: TargetReports, delivery: Delivery): Promise<string> {
    const { model, commands } = this.#parts;
    await verifyApproved(model, message.agent, delivery);
    const stored = new Map<string, Target>();
    for await (const { document } of eachDocument(model.targets, { agent: message.agent })) {
      stored.set(document.id, document);
    }
    await Promise.all(
      message.reports.map(async ({ target: id, ...status }) => {
        const target = stored.get(id);
        if (target && !isSameState(target.status, status)) await this.#store(target, status);
      }),
    );
    if (message.request !== undefined) commands.answered(message.request);
    return 'stored';
  }

  async #store(target: Target, status: TargetState): Promise<void> {
    const after = await this.#parts.model.targets.update(target.id, (now) =>
      now ? { ...now, status } : undefined,
    );
    if (!after) return;
    const { state, reason } = status;
    emitEvent(this.#parts, 'target.changed', {
      agent: target.agent,
      target: target.id,
      state,
      ...(reason === undefined ? {} : { reason }),
      atMs: this.#parts.context.clock.now(),
    });
  }
}

/**
 * A message must be of an agent that is known and approved, and signed by it.
 *
 * @throws AppError `signature-invalid`, `agent-not-approved`
 */
export async function verifyApproved(
  { agents }: Pick<Model, 'agents'>,
  id: string,
  delivery: Delivery,
): Promise<void> {
  const agent = (await agents.get(id))?.document;
  if (!agent) throw new AppError('agent-not-approved', 'a message of an unknown agent');
  const publicKey = publicKeyFromRaw(Buffer.from(agent.publicKey, 'base64'));
  verifyControl(delivery.headers, delivery.body, { agent: agent.id, publicKey });
  if (agent.approval !== 'approved') {
    throw new AppError('agent-not-approved', `a message of an agent that is ${agent.approval}`);
  }
}

function isSameState(a: TargetState, b: TargetState): boolean {
  return a.state === b.state && a.reason === b.reason && a.files === b.files;
}
