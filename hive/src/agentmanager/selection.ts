import { eachDocument } from '@apiary/common/documents/pages.ts';
import type { agentSelectionSchema } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import type { z } from 'zod';
import type { Parts } from './parts.ts';
import { findAgents } from './registry.ts';

/** All approved agents, or those of these ids and names. */
export type AgentSelection = z.output<typeof agentSelectionSchema>;

/** Agents that may have targets, and the words that name none, each with a reason. */
export interface Selected {
  readonly agents: readonly Agent[];
  readonly refused: readonly { readonly word: string; readonly reason: string }[];
}

/** Looks a selection up. Of several agents with one name all approved ones are meant. */
export async function selectApproved(parts: Parts, selection: AgentSelection): Promise<Selected> {
  const agents = new Map<string, Agent>();
  const refused: { word: string; reason: string }[] = [];
  if (selection === 'all') {
    const approved = eachDocument(parts.model.agents, { approval: 'approved' });
    for await (const { document } of approved) agents.set(document.id, document);
    return { agents: [...agents.values()], refused };
  }
  const found = await findAgents(parts, selection);
  for (const word of new Set(selection)) {
    const named = found.get(word) ?? [];
    const approved = named.filter(({ approval }) => approval === 'approved');
    for (const agent of approved) agents.set(agent.id, agent);
    if (approved.length > 0) continue;
    const [first] = named;
    const reason = first
      ? `${first.name} is ${first.approval}: approve it first`
      : `no agent has the name or id ${word}`;
    refused.push({ word, reason });
  }
  return { agents: [...agents.values()], refused };
}
