import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Button } from '@mantine/core';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from './ago.ts';

/** Bees that wait for a person's yes. */
export function PendingAgents(props: { readonly agents: readonly AgentView[] }) {
  const { fleet, notices } = useServices();
  const { agents } = props;
  const now = useNow(10_000);
  const approve = (chosen: readonly AgentView[], text: string) => {
    const ids = chosen.map((agent) => agent.id);
    void notices.act(
      () => fleet.approve(ids),
      text,
      () => fleet.revoke(ids),
    );
  };
  const refuse = (agent: AgentView) =>
    void notices.act(
      () => fleet.revoke([agent.id]),
      `Refused ${agent.name}`,
      () => fleet.approve([agent.id]),
    );
  const many = agents.length > 1;
  return (
    <section className="ap-pending" aria-label="Waiting for approval" data-testid="pending">
      <div className="ap-pending-head">
        <AgentHexagon standing="pending" hidden />
        <h2>{many ? `${agents.length} Bees wait for approval` : '1 Bee waits for approval'}</h2>
        <span className="ap-faint ap-grow">
          {many ? 'They' : 'It'} may do nothing until you say yes.
        </span>
        {many ? (
          <Button onClick={() => approve(agents, `Approved ${agents.length} Bees`)}>
            Approve {agents.length === 2 ? 'both' : `all ${agents.length}`}
          </Button>
        ) : null}
      </div>
      <ul>
        {agents.map((agent) => (
          <li key={agent.id} data-agent={agent.id}>
            <strong>
              <bdi>{safeText(agent.name)}</bdi>
            </strong>
            <span className="ap-mono">{safeText(agent.facts.addresses[0] ?? '')}</span>
            <span className="ap-grow ap-pending-system">
              {safeText(`${agent.facts.system}, ${agent.facts.architecture}`)}
            </span>
            <span className="ap-fingerprint">
              <span className="ap-faint">fingerprint </span>
              <span className="ap-mono">{agent.fingerprint}</span>
            </span>
            <span className="ap-faint ap-pending-since">{agoText(agent.firstSeenMs, now)}</span>
            <Button variant="subtle" color="gray" onClick={() => refuse(agent)}>
              Refuse<span className="ap-hidden"> {safeText(agent.name)}</span>
            </Button>
            <Button onClick={() => approve([agent], `Approved ${agent.name}`)}>
              Approve<span className="ap-hidden"> {safeText(agent.name)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
