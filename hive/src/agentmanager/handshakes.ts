import type { Delivery } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import type { Handshake } from '@apiary/common/messages/control.ts';
import { agentIdOf, publicKeyFromRaw, verifyControl } from '@apiary/common/messages/signature.ts';
import { makeWelcome } from './commands.ts';
import type { Parts } from './parts.ts';
import type { AgentRegistry } from './registry.ts';

/** Answers handshakes. */
export class Handshakes {
  readonly #parts: Parts;
  readonly #registry: AgentRegistry;

  constructor(parts: Parts, registry: AgentRegistry) {
    this.#parts = parts;
    this.#registry = registry;
  }

  /**
   * Notes the agent and where it listens, and welcomes it with its full desired state.
   *
   * @returns what became of it, for the counter
   * @throws AppError `signature-invalid`, or as the store and the bus
   */
  async receive(handshake: Handshake, delivery: Delivery): Promise<string> {
    verifyHandshake(handshake, delivery);
    if (await this.#isReplay(handshake)) return 'ignored';
    const agent = await this.#meet(handshake);
    if (!agent) return 'refused';
    const { id, commandQueue, sentMs } = { ...handshake, id: agent.id };
    await this.#parts.model.sessions.put({ id, commandQueue, sentMs });
    await this.#parts.commands.welcome(agent, commandQueue);
    return agent.approval;
  }

  /**
   * An older handshake than the last one is a replay, unless somebody still listens on its queue: then the
   * clock of that host was set back. (Queue names are the broker's and do not come twice.)
   */
  async #isReplay({ agent, commandQueue, sentMs }: Handshake): Promise<boolean> {
    const last = (await this.#parts.model.sessions.get(agent))?.document;
    if (!last || sentMs >= last.sentMs) return false;
    const known = (await this.#parts.model.agents.get(agent))?.document;
    if (!known) return false;
    return (await this.#parts.commands.welcome(known, commandQueue)) === 'offline';
  }

  async #meet(handshake: Handshake): Promise<Agent | undefined> {
    try {
      return await this.#registry.meet(handshake);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'too-many') throw error;
      const reason = `${error.message}: approve or revoke some, then this Bee is taken in`;
      const { commands } = this.#parts;
      await commands.sendTo(handshake.commandQueue, makeWelcome('refused', [], reason));
      return undefined;
    }
  }
}

/** The key must hash to the id and have signed the message. @throws AppError `signature-invalid` */
export function verifyHandshake(handshake: Handshake, delivery: Delivery): void {
  const raw = Buffer.from(handshake.publicKey, 'base64');
  if (agentIdOf(raw) !== handshake.agent) {
    throw new AppError('signature-invalid', 'the agent id is not the hash of the public key');
  }
  const sender = { agent: handshake.agent, publicKey: publicKeyFromRaw(raw) };
  verifyControl(delivery.headers, delivery.body, sender);
}
