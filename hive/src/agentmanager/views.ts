/** Agents and targets as screens show them. */
import { eachDocument } from '@apiary/common/documents/pages.ts';
import type { Agent, AgentView, Liveness, Target } from '@apiary/common/messages/agent.ts';
import type { Parts } from './parts.ts';
import type { AgentSelection } from './selection.ts';

/** All agents with their life and the number of their targets, by name. */
export async function listAgents({ model, liveness }: Parts): Promise<AgentView[]> {
  const counts = new Map<string, { targets: number; failedTargets: number }>();
  for await (const { document } of eachDocument(model.targets)) {
    const count = counts.get(document.agent) ?? { targets: 0, failedTargets: 0 };
    count.targets += 1;
    if (document.status.state === 'failed') count.failedTargets += 1;
    counts.set(document.agent, count);
  }
  const views: AgentView[] = [];
  for await (const { document } of eachDocument(model.agents)) {
    const count = counts.get(document.id) ?? { targets: 0, failedTargets: 0 };
    views.push(viewOf(document, liveness.get(document.id), count));
  }
  return views.sort(byName);
}

function viewOf(
  agent: Agent,
  life: Liveness | undefined,
  counts: { targets: number; failedTargets: number },
): AgentView {
  if (!life) return { ...agent, life: 'unknown', ...counts };
  const { state, sinceMs, heardMs } = life;
  return { ...agent, life: state, lifeSinceMs: sinceMs, heardMs, ...counts };
}

/** Targets of all agents or of the named ones, each with its agent's name. */
export async function listTargets(
  { model }: Parts,
  selection: AgentSelection,
): Promise<(Target & { name: string })[]> {
  const wanted = selection === 'all' ? undefined : new Set(selection);
  const names = new Map<string, string>();
  for await (const { document } of eachDocument(model.agents)) {
    const { id, name } = document;
    if (!wanted || wanted.has(id) || wanted.has(name)) names.set(id, name);
  }
  const targets: (Target & { name: string })[] = [];
  for await (const { document } of eachDocument(model.targets)) {
    const name = names.get(document.agent);
    if (name !== undefined) targets.push({ ...document, name });
  }
  return targets.sort(byName);
}

function byName(a: { name: string; id: string }, b: { name: string; id: string }): number {
  return a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1);
}
