/** What a bulk of targets changes in the store, agent by agent; sending is another's. */
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import {
  COMMAND_FRAME_BYTES,
  CONTROL_MESSAGE_BYTES_MAX,
  TARGETS_PER_AGENT_MAX,
} from '@apiary/common/limits.ts';
import type { Agent, Target } from '@apiary/common/messages/agent.ts';
import { checkTargetUrl } from '@apiary/common/messages/target-url.ts';
import { newId } from '@apiary/common/random.ts';
import type { Parts } from './parts.ts';

/** The part of a bulk that concerns one agent. */
export interface AgentChange {
  readonly agent: Agent;
  /** The full desired state after the change. */
  readonly desired: readonly Target[];
  /** Those that were asked for, or removed. */
  readonly touched: readonly Target[];
  readonly failed: readonly { readonly url: string; readonly reason: string }[];
}

/** What shall be added. */
export interface WantedTargets {
  readonly urls: readonly string[];
  readonly tags: readonly string[];
  readonly history: boolean;
  readonly createdBy: string;
}

/** URL → why it has not the right form, for those that have not. */
export function wrongUrls(urls: readonly string[]): Map<string, string> {
  const wrong = new Map<string, string>();
  for (const url of urls) {
    try {
      checkTargetUrl(url);
    } catch (error) {
      wrong.set(url, toAppError(error).message);
    }
  }
  return wrong;
}

/** Stores targets for all agents at once: one read, and one write for each new or changed target. */
export async function storeTargets(
  parts: Parts,
  agents: readonly Agent[],
  wanted: WantedTargets,
): Promise<AgentChange[]> {
  const present = await targetsByAgent(
    parts,
    agents.map(({ id }) => id),
  );
  return await Promise.all(
    agents.map((agent) => storeOne(parts, agent, wanted, present.get(agent.id) ?? [])),
  );
}

async function storeOne(
  { model, context }: Parts,
  agent: Agent,
  { urls, tags, history, createdBy }: WantedTargets,
  present: readonly Target[],
): Promise<AgentChange> {
  const byUrl = new Map(present.map((target) => [target.url, target]));
  let bytes = present.reduce((sum, target) => sum + sizeOf(target), 0);
  const touched: Target[] = [];
  const failed: { url: string; reason: string }[] = [];
  const writes: Promise<unknown>[] = [];
  for (const url of urls) {
    const known = byUrl.get(url);
    const target: Target = known
      ? { ...known, tags: [...tags] }
      : {
          id: newId(),
          url,
          tags: [...tags],
          history,
          agent: agent.id,
          createdMs: context.clock.now(),
          createdBy,
          status: { state: 'waiting', reason: 'the agent has not answered yet' },
        };
    const bytesAfter = bytes + sizeOf(target) - (known ? sizeOf(known) : 0);
    const reason = excess(byUrl.size + (known ? 0 : 1), bytesAfter);
    if (reason !== undefined) {
      failed.push({ url, reason });
      continue;
    }
    bytes = bytesAfter;
    byUrl.set(url, target);
    touched.push(target);
    if (!known) writes.push(model.targets.insert(target));
    else if (known.tags.join() !== tags.join()) {
      writes.push(model.targets.update(target.id, (now) => now && { ...now, tags: target.tags }));
    }
  }
  await Promise.all(writes);
  return { agent, desired: [...byUrl.values()], touched, failed };
}

/** Bytes of a target in a command, at most: the id, the flag and the punctuation are small and constant. */
function sizeOf({ url, tags }: Target): number {
  return Buffer.byteLength(JSON.stringify({ url, tags })) + 128;
}

/** Why one agent cannot have so many targets, or targets of so many bytes together, in one command. */
function excess(count: number, bytes: number): string | undefined {
  if (count > TARGETS_PER_AGENT_MAX) return `an agent has at most ${TARGETS_PER_AGENT_MAX} targets`;
  if (bytes > CONTROL_MESSAGE_BYTES_MAX - COMMAND_FRAME_BYTES) {
    return 'the targets of this agent are too long together: use wildcards or fewer tags';
  }
  return undefined;
}

/** Deletes targets; ids that are not there are in no change. */
export async function deleteTargets(parts: Parts, ids: readonly string[]): Promise<AgentChange[]> {
  const removed = new Map<string, Target[]>();
  const deletions = await Promise.all(
    [...new Set(ids)].map(async (id) => {
      const target = (await parts.model.targets.get(id))?.document;
      return target && (await parts.model.targets.delete(id)) ? target : undefined;
    }),
  );
  for (const target of deletions) if (target) addTo(removed, target);
  const present = await targetsByAgent(parts, [...removed.keys()]);
  return await Promise.all(
    [...removed].map(async ([id, touched]) => {
      const agent = (await parts.model.agents.get(id))?.document;
      if (!agent) throw new AppError('not-found', `there is no agent ${id}`);
      return { agent, desired: present.get(id) ?? [], touched, failed: [] };
    }),
  );
}

/** Agent → its targets, read in one pass. */
export async function targetsByAgent(
  { model }: Parts,
  agents: readonly string[],
): Promise<Map<string, Target[]>> {
  const found = new Map<string, Target[]>();
  if (agents.length === 0) return found;
  const all = eachDocument(model.targets, { agent: agents });
  for await (const { document } of all) addTo(found, document);
  return found;
}

function addTo(groups: Map<string, Target[]>, target: Target): void {
  const others = groups.get(target.agent);
  if (others) others.push(target);
  else groups.set(target.agent, [target]);
}
