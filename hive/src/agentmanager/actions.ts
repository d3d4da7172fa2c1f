import type { ActionHandlers } from '@apiary/common/messages/actions/action.ts';
import type { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Letters } from './letters.ts';
import type { Parts } from './parts.ts';
import type { Quarantine } from './quarantine.ts';
import type { Questions } from './questions.ts';
import type { AgentRegistry } from './registry.ts';
import type { Targets } from './targets.ts';
import { listAgents, listTargets } from './views.ts';

/** Welcomes those of these agents that are connected, as far as is known. */
async function greetAgain({ model, commands }: Parts, ids: readonly string[]): Promise<void> {
  const known = await Promise.all(ids.map((id) => model.agents.get(id)));
  await commands.welcomeAll(known.flatMap((each) => (each ? [each.document] : [])));
}

/** What the handlers work with. */
export interface ActionContext {
  readonly parts: Parts;
  readonly registry: AgentRegistry;
  readonly targets: Targets;
  readonly quarantine: Quarantine;
  readonly questions: Questions;
  readonly letters: Letters;
}

/** What agentmanager answers on the bus. */
export function actionHandlers({
  parts,
  registry,
  targets,
  quarantine,
  questions,
  letters,
}: ActionContext): ActionHandlers<typeof agentManagerActions> {
  return {
    listAgents: async () => ({ agents: await listAgents(parts) }),
    approve: async ({ agents }, { actor }) => ({
      agents: await registry.decide(agents, 'approved', actor),
    }),
    revoke: async ({ agents }, { actor }) => ({
      agents: await registry.decide(agents, 'revoked', actor),
    }),
    greet: async ({ agents }) => {
      await greetAgain(parts, agents);
      return {};
    },
    release: async ({ agents }) => {
      await quarantine.release(agents);
      return {};
    },
    listLetters: (wanted) => letters.list(wanted),
    decideLetters: (decision) => letters.decide(decision),
    listTargets: async ({ agents }) => ({ targets: await listTargets(parts, agents) }),
    addTargets: async (wanted, { actor }) => ({ results: await targets.add(wanted, actor) }),
    listFolder: ({ agent, path, match }) => questions.ask(agent, { kind: 'folder', path, match }),
    readFileEnd: ({ agent, path, bytes }) =>
      questions.ask(agent, { kind: 'file-end', path, bytes }),
    suggest: ({ agent }) => questions.ask(agent, { kind: 'suggestions' }),
    removeTargets: async ({ targets: ids }) => ({ results: await targets.remove(ids) }),
  };
}
