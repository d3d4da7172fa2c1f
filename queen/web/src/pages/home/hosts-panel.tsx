import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Link } from 'wouter';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { standingOf } from '../../components/agent-standing.ts';
import { countOf } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from '../agents/ago.ts';

const ROWS_MAX = 7;

/** The hosts, those that are not well first. */
export function HostsPanel(props: { readonly agents: readonly AgentView[] }) {
  const now = useNow(10_000);
  const unwell = props.agents.filter((agent) => troubleOf(agent) > 0);
  const shown = [...props.agents]
    .sort((a, b) => troubleOf(b) - troubleOf(a) || a.name.localeCompare(b.name))
    .slice(0, ROWS_MAX);
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-hosts">
      <div className="ap-panel-head">
        <h2 id="home-hosts">Hosts</h2>
        <span className="ap-faint">
          {unwell.length === 0 ? 'all well' : `${countOf(unwell.length, 'host')} not well`}
        </span>
        <Link href="/agents" className="ap-link">
          All agents
        </Link>
      </div>
      <ul>
        {shown.map((agent) => (
          <li key={agent.id} className="ap-home-host">
            <AgentHexagon standing={standingOf(agent)} />
            <Link href={`/agents/${agent.id}`}>
              <bdi>{safeText(agent.name)}</bdi>
            </Link>
            <span className="ap-faint ap-grow">{safeText(agent.tags.join(', '))}</span>
            <span className={troubleOf(agent) > 0 ? 'ap-bad' : 'ap-faint'}>
              {stateText(agent, now)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function troubleOf(agent: AgentView): number {
  if (agent.life === 'dead') return 2;
  return agent.failedTargets > 0 ? 1 : 0;
}

function stateText(agent: AgentView, now: number): string {
  if (agent.life === 'dead') {
    return agent.heardMs === undefined ? 'dead' : `last heard ${agoText(agent.heardMs, now)}`;
  }
  if (agent.failedTargets > 0) return `${countOf(agent.failedTargets, 'target')} failed`;
  return countOf(agent.targets, 'target');
}
