import { FLEET_ROWS_MAX } from '@apiary/common/limits.ts';
import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { AgentHexagon, standingOf } from '../../components/agent-hexagon.tsx';
import { wholeNumber } from '../../components/figures.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from './ago.ts';

/** The fleet as a table; on phones a list of two lines each. */
export function FleetTable(props: {
  readonly agents: readonly AgentView[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}) {
  const { agents, selected, onSelect } = props;
  const [rowsMax, setRowsMax] = useState(FLEET_ROWS_MAX);
  const now = useNow(10_000);
  const all = agents.length > 0 && agents.every((agent) => selected.has(agent.id));
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <>
      <ScrollRegion label="Fleet" className="ap-sheet">
        <table className="ap-table" data-testid="fleet">
          <thead>
            <tr>
              <th>
                <Checkbox
                  aria-label="Select all shown"
                  checked={all}
                  indeterminate={!all && selected.size > 0}
                  onChange={() => onSelect(new Set(all ? [] : agents.map((agent) => agent.id)))}
                />
              </th>
              <th>Host</th>
              <th>Tags</th>
              <th className="ap-number">Targets</th>
              <th>Address</th>
              <th>System</th>
              <th>Bee</th>
              <th>Heard</th>
            </tr>
          </thead>
          <tbody>
            {agents.slice(0, rowsMax).map((agent) => (
              <AgentRow
                key={agent.id}
                agent={agent}
                now={now}
                selected={selected.has(agent.id)}
                onToggle={() => toggle(agent.id)}
              />
            ))}
          </tbody>
        </table>
        {agents.length === 0 ? (
          <p className="ap-table-empty">No agent matches this filter.</p>
        ) : null}
      </ScrollRegion>
      {agents.length > rowsMax ? (
        <button
          type="button"
          className="ap-link"
          onClick={() => setRowsMax(rowsMax + FLEET_ROWS_MAX)}
        >
          Show more of the {wholeNumber(agents.length)}
        </button>
      ) : null}
    </>
  );
}

function AgentRow(props: {
  readonly agent: AgentView;
  readonly now: number;
  readonly selected: boolean;
  readonly onToggle: () => void;
}) {
  const { agent, now } = props;
  const standing = standingOf(agent);
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
          onChange={props.onToggle}
        />
      </td>
      <th scope="row" className="ap-cell-name">
        <AgentHexagon standing={standing} />
        <Link href={`/agents/${agent.id}`}>
          <bdi>{name}</bdi>
        </Link>
      </th>
      <td className="ap-cell-tags">
        {agent.tags.map((tag) => (
          <span key={tag} className="ap-tag">
            {safeText(tag)}
          </span>
        ))}
      </td>
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
}

function heardText(agent: AgentView, now: number): string {
  if (agent.approval === 'pending') return 'waits for approval';
  if (agent.approval === 'revoked') return 'revoked';
  if (agent.life === 'alive') return 'now';
  if (agent.heardMs === undefined) return 'not yet';
  return agoText(agent.heardMs, now);
}
