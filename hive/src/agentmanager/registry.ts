/** Who is known and what was decided about them. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { PENDING_AGENTS_MAX } from '@apiary/common/limits.ts';
import { type Agent, severalAgents } from '@apiary/common/messages/agent.ts';
import type { Handshake } from '@apiary/common/messages/control.ts';
import { fingerprintOf } from '@apiary/common/messages/signature.ts';
import { emitAgentEvent, type Parts } from './parts.ts';
import type { Quarantine } from './quarantine.ts';
import { untilDistrusted } from './revocation.ts';

/** Agents of the store, with the bound on those that wait for approval. */
export class AgentRegistry {
  readonly #parts: Parts;
  readonly #approve: ReadonlySet<string>;
  readonly #quarantine: Quarantine;
  #pending = 0;

  /** `approve`: ids that configuration approves at their first handshake. */
  constructor(parts: Parts, quarantine: Quarantine, approve: readonly string[]) {
    this.#parts = parts;
    this.#quarantine = quarantine;
    this.#approve = new Set(approve);
  }

  /** Counts who waits. This component alone writes agents, so the count stays right from here. */
  async load(): Promise<void> {
    this.#pending = await this.#parts.model.agents.count({ approval: 'pending' });
  }

  /**
   * Notes what a handshake (already verified) tells; a first one makes the agent known.
   *
   * @throws AppError `too-many` for an unknown agent when too many wait for approval
   */
  async meet(handshake: Handshake): Promise<Agent> {
    const known = await this.#parts.model.agents.get(handshake.agent);
    if (!known) return await this.#join(handshake);
    const approves = known.document.approval === 'pending' && this.#approve.has(handshake.agent);
    const after = await this.#parts.model.agents.update(handshake.agent, (agent) => {
      if (!agent) return undefined;
      const met = this.#withFacts(agent, handshake);
      const wanted = approves ? this.#decided(met, 'approved', 'configuration') : met;
      return JSON.stringify(wanted) === JSON.stringify(agent) ? undefined : wanted;
    });
    if (!after) throw new AppError('conflict', `${handshake.agent} was deleted meanwhile`);
    if (approves) {
      this.#pending -= 1;
      emitAgentEvent(this.#parts, 'agent.approved', after.document);
      await this.#quarantine.release([after.document.id]);
    }
    return after.document;
  }

  async #join(handshake: Handshake): Promise<Agent> {
    const approved = this.#approve.has(handshake.agent);
    if (!approved && this.#pending >= PENDING_AGENTS_MAX) {
      throw new AppError('too-many', `${PENDING_AGENTS_MAX} agents wait for approval already`);
    }
    const newcomer: Agent = {
      id: handshake.agent,
      name: handshake.facts.hostName,
      fingerprint: fingerprintOf(handshake.agent),
      publicKey: handshake.publicKey,
      approval: 'pending',
      facts: handshake.facts,
      tags: [],
      firstSeenMs: this.#parts.context.clock.now(),
    };
    const agent = approved ? this.#decided(newcomer, 'approved', 'configuration') : newcomer;
    if (!approved) this.#pending += 1;
    try {
      await this.#parts.model.agents.insert(agent);
    } catch (error) {
      if (!approved) this.#pending -= 1;
      throw error;
    }
    emitAgentEvent(this.#parts, 'agent.joined', agent);
    if (approved) emitAgentEvent(this.#parts, 'agent.approved', agent);
    return agent;
  }

  /** A name that a person gave stays; one that followed the host's name follows it on. */
  #withFacts(agent: Agent, { facts }: Handshake): Agent {
    const name = agent.name === agent.facts.hostName ? facts.hostName : agent.name;
    return { ...agent, name, facts };
  }

  #decided(agent: Agent, approval: Agent['approval'], decidedBy: string): Agent {
    return { ...agent, approval, decidedBy, decidedMs: this.#parts.context.clock.now() };
  }

  /**
   * Approves or revokes; nothing changes for those of whom the same was decided before. All welcomes are
   * pushed before it resolves. A revocation resolves when no honeycomb stores anything more of them; an
   * approval begins to bring back what is in quarantine.
   *
   * @throws AppError `not-found`; `conflict` for a name that several agents have; `deadline-passed` for a
   * revocation that is stored but that a honeycomb has not confirmed
   */
  async decide(
    wanted: readonly string[],
    approval: 'approved' | 'revoked',
    actor: Actor,
  ): Promise<Agent[]> {
    const ids = await this.#exactIds(wanted);
    const outcomes = await Promise.all(
      ids.map(async (id) => {
        let before = approval as Agent['approval']; // Widened: the closure below sets it.
        const after = await this.#parts.model.agents.update(id, (agent) => {
          before = agent?.approval ?? approval;
          if (!agent || before === approval) return undefined;
          return this.#decided(agent, approval, actor.name);
        });
        if (!after) throw new AppError('not-found', `there is no agent ${id}`);
        if (before === 'pending') this.#pending -= 1;
        return { agent: after.document, changed: before !== approval };
      }),
    );
    const changed = outcomes.filter((outcome) => outcome.changed).map(({ agent }) => agent);
    for (const agent of changed) emitAgentEvent(this.#parts, `agent.${approval}`, agent);
    await Promise.all([
      this.#parts.commands.welcomeAll(changed),
      approval === 'approved'
        ? this.#quarantine.release(changed.map(({ id }) => id))
        : // Also those revoked before: whoever repeats it wants to be sure.
          untilDistrusted(this.#parts, ids),
    ]);
    return outcomes.map(({ agent }) => agent);
  }

  /** Any Bee may claim any host name, so a name decides only where it is the only one. */
  async #exactIds(wanted: readonly string[]): Promise<string[]> {
    const found = await findAgents(this.#parts, wanted);
    const ids = wanted.map((word) => {
      const named = found.get(word) ?? [];
      const [agent] = named;
      if (!agent) throw new AppError('not-found', `there is no agent ${word}`);
      if (named.length > 1) throw severalAgents(word, named);
      return agent.id;
    });
    return [...new Set(ids)];
  }
}

/** Agents by id or name; a word that matches none is not in the result. */
export async function findAgents(
  { model }: Parts,
  words: readonly string[],
): Promise<Map<string, Agent[]>> {
  const found = new Map<string, Agent[]>();
  await Promise.all(
    words.map(async (word) => {
      const agent = await model.agents.get(word);
      if (agent) found.set(word, [agent.document]);
    }),
  );
  const names = words.filter((word) => !found.has(word));
  if (names.length === 0) return found;
  for await (const { document } of eachDocument(model.agents, { name: names })) {
    const others = found.get(document.name);
    if (others) others.push(document);
    else found.set(document.name, [document]);
  }
  return found;
}
