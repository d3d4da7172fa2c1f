import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Button, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { AgentHexagon, type AgentStanding, standingOf } from '../components/agent-hexagon.tsx';
import { countOf, wholeNumber } from '../components/figures.ts';
import { FirstRun } from '../components/first-run.tsx';
import { IconPlus, IconSearch } from '../components/icons.ts';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import { BulkBar } from './agents/bulk-bar.tsx';
import { FleetTable } from './agents/fleet-table.tsx';
import { PendingAgents } from './agents/pending-agents.tsx';

const CHIPS: readonly { readonly standing: AgentStanding; readonly name: string }[] = [
  { standing: 'alive', name: 'Alive' },
  { standing: 'dead', name: 'Dead' },
  { standing: 'unknown', name: 'Not heard yet' },
  { standing: 'pending', name: 'Pending' },
  { standing: 'revoked', name: 'Revoked' },
];

/** The fleet, live: who waits for approval, and everybody with what they send. */
export function AgentsPage() {
  const { fleet } = useServices();
  const state = useStore(fleet.fleet);
  const [text, setText] = useState('');
  const [standing, setStanding] = useState<AgentStanding>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const agents = useMemo(() => ordered([...state.agents.values()]), [state.agents]);
  const shown = agents.filter(
    (agent) =>
      (standing === undefined ? standingOf(agent) !== 'revoked' : standingOf(agent) === standing) &&
      contains(agent, text),
  );
  const known = new Set([...selected].filter((id) => state.agents.has(id)));
  const pending = agents.filter((agent) => agent.approval === 'pending');
  return (
    <div className="ap-page">
      <div className="ap-page-head">
        <h1>Agents</h1>
        <span className="ap-faint">
          {state.status === 'ready' ? countOf(agents.length, 'host') : ''}
        </span>
        <Button
          component={Link}
          href="/agents/add"
          variant="filled"
          leftSection={<IconPlus size={16} stroke={2} />}
        >
          Add targets
        </Button>
      </div>
      {state.status === 'failed' ? (
        <div className="ap-strip ap-strip-error" role="alert">
          <span>
            <strong>The fleet cannot be shown.</strong> {state.failure}
          </span>
        </div>
      ) : null}
      {pending.length > 0 ? <PendingAgents agents={pending} /> : null}
      {state.status === 'ready' && agents.length === 0 ? <FirstRun /> : null}
      {agents.length > 0 ? (
        <>
          <div className="ap-fleet-filters">
            <TextInput
              aria-label="Filter agents"
              placeholder="Filter by host, tag, address or version"
              leftSection={<IconSearch size={16} stroke={1.6} />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <StateChips agents={agents} chosen={standing} onChoose={setStanding} />
          </div>
          <FleetTable agents={shown} selected={known} onSelect={setSelected} />
        </>
      ) : null}
      {known.size > 0 ? <BulkBar selected={known} onClear={() => setSelected(new Set())} /> : null}
    </div>
  );
}

function StateChips(props: {
  readonly agents: readonly AgentView[];
  readonly chosen: AgentStanding | undefined;
  readonly onChoose: (standing: AgentStanding | undefined) => void;
}) {
  const counts = new Map<AgentStanding, number>();
  for (const agent of props.agents) {
    const standing = standingOf(agent);
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  const revoked = counts.get('revoked') ?? 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend
    <div className="ap-chips" role="group" aria-label="By state">
      <button
        type="button"
        className="ap-chip"
        aria-pressed={props.chosen === undefined}
        onClick={() => props.onChoose(undefined)}
      >
        All <span>{wholeNumber(props.agents.length - revoked)}</span>
      </button>
      {CHIPS.filter(({ standing }) => counts.has(standing)).map(({ standing, name }) => (
        <button
          key={standing}
          type="button"
          className="ap-chip"
          aria-pressed={props.chosen === standing}
          onClick={() => props.onChoose(props.chosen === standing ? undefined : standing)}
        >
          <AgentHexagon standing={standing} hidden />
          {name} <span>{wholeNumber(counts.get(standing) ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}

/** What is not well first, then by name. */
function ordered(agents: AgentView[]): AgentView[] {
  const trouble = (agent: AgentView) =>
    agent.approval !== 'approved' ? 3 : agent.life === 'dead' ? 0 : agent.failedTargets > 0 ? 1 : 2;
  return agents.sort((a, b) => trouble(a) - trouble(b) || a.name.localeCompare(b.name));
}

function contains(agent: AgentView, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const { facts } = agent;
  const words = [agent.name, facts.system, facts.version, agent.id, ...agent.tags];
  return [...words, ...facts.addresses].some((word) => word.toLowerCase().includes(wanted));
}
