import type { AgentView } from '@apiary/common/messages/agent.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import { Checkbox } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'wouter';
import { Sparkline } from '../../charts/sparkline.tsx';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import type { AgentStanding } from '../../components/agent-standing.ts';
import { byteSize, rateText, wholeNumber } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { agoText } from './ago.ts';
import { drawnTrend, trendSentence } from './drawn-trend.ts';

/** One agent of the fleet; drawn again only when something of it differs. */
export const AgentRow = memo(function AgentRow(props: {
  readonly agent: AgentView;
  readonly standing: AgentStanding;
  readonly traffic: AgentTraffic | undefined;
  /** With blanks between. */
  readonly tags: string;
  readonly now: number;
  readonly selected: boolean;
  readonly onToggle: (id: string) => void;
}) {
  const { agent, standing, now } = props;
  const name = safeText(agent.name);
  return (
    <tr
      className={props.selected ? 'ap-selected' : undefined}
      data-agent={agent.id}
      data-standing={standing}
    >
      <td>
        <Checkbox
          aria-label={`Select ${name}`}
          checked={props.selected}
          onChange={() => props.onToggle(agent.id)}
        />
      </td>
      <th scope="row" className="ap-cell-name">
        <AgentHexagon standing={standing} />
        <Link href={`/agents/${agent.id}`}>
          <bdi>{name}</bdi>
        </Link>
      </th>
      <td className="ap-cell-tags">
        {props.tags.split(' ').map((tag) =>
          tag === '' ? null : (
            <span key={tag} className="ap-tag">
              {safeText(tag)}
            </span>
          ),
        )}
      </td>
      <Flow {...props} />
      <td className="ap-number ap-cell-targets">
        {agent.failedTargets > 0 ? (
          <span className="ap-bad">{agent.failedTargets} failed of </span>
        ) : null}
        {wholeNumber(agent.targets)}
      </td>
      <td className="ap-mono ap-cell-extra">{safeText(agent.facts.addresses[0] ?? '')}</td>
      <td className="ap-cell-extra">{safeText(agent.facts.system)}</td>
      <td className="ap-cell-extra">{safeText(agent.facts.version)}</td>
      <td className={standing === 'dead' ? 'ap-bad ap-cell-heard' : 'ap-faint ap-cell-heard'}>
        {heardText(agent, now)}
      </td>
    </tr>
  );
});

/** What it sends: the rate, its trend, and what is not stored yet. */
function Flow(props: {
  readonly agent: AgentView;
  readonly standing: AgentStanding;
  readonly traffic: AgentTraffic | undefined;
  readonly now: number;
}) {
  const { agent, standing, traffic, now } = props;
  if (!traffic) {
    return (
      <>
        <td className="ap-number ap-cell-rate" />
        <td className="ap-cell-extra" />
        <td className="ap-number ap-cell-lag" />
      </>
    );
  }
  const { linesPerSecond, lagBytes } = traffic;
  const drawn = drawnTrend(traffic, now);
  const state = standing === 'late' || standing === 'dead' ? { state: standing } : {};
  return (
    <>
      <td className="ap-number ap-cell-rate">
        {linesPerSecond === 0 ? <span className="ap-faint">0</span> : rateText(linesPerSecond)}
      </td>
      <td className="ap-cell-extra">
        <Sparkline
          values={drawn}
          width={110}
          label={trendSentence(safeText(agent.name), drawn)}
          {...state}
        />
      </td>
      <td className="ap-number ap-cell-lag">
        {lagBytes === 0 ? (
          <span className="ap-faint">in step</span>
        ) : (
          <span className={standing === 'late' || standing === 'dead' ? 'ap-late' : undefined}>
            {byteSize(lagBytes)}
            <span className="ap-narrow-only"> behind</span>
          </span>
        )}
      </td>
    </>
  );
}

function heardText(agent: AgentView, now: number): string {
  if (agent.approval === 'pending') return 'waits for approval';
  if (agent.approval === 'revoked') return 'revoked';
  if (agent.life === 'alive') return 'now';
  if (agent.heardMs === undefined) return 'not yet';
  return agoText(agent.heardMs, now);
}
