import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { AgentHexagon } from '../components/agent-hexagon.tsx';
import { standingOf } from '../components/agent-standing.ts';
import { countOf } from '../components/figures.ts';
import { IconArrowLeft, IconPlus } from '../components/icons.ts';
import { useMayEdit } from '../components/use-may-edit.ts';
import { safeText } from '../log-list/display.ts';
import { formatAddress } from '../state/address.ts';
import { useServices } from '../state/services.ts';
import { DEFAULT_RANGE } from '../state/time-range.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import './host.css';
import { FilesDrawer } from './agents/files-drawer.tsx';
import { LedgerPanel } from './agents/ledger-panel.tsx';
import { SuggestionsPanel } from './agents/suggestions.tsx';
import { TargetTable } from './agents/target-table.tsx';

/** One host: its facts in a line, and its targets. */
export function HostPage(props: { readonly id: string }) {
  const { fleet } = useServices();
  const { agents, targets, status } = useStore(fleet.fleet);
  const agent = agents.get(props.id);
  const [browsing, setBrowsing] = useState(false);
  const mayAsk = useMayEdit();
  if (!agent) {
    return (
      <div className="ap-page">
        <BackToAgents />
        <h1>{status === 'loading' ? 'Loading…' : 'There is no such agent'}</h1>
      </div>
    );
  }
  const own = [...targets.values()].filter((target) => target.agent === agent.id);
  return (
    <div className="ap-page">
      <BackToAgents />
      <div className="ap-page-head">
        <AgentHexagon standing={standingOf(agent)} />
        <h1>
          <bdi>{safeText(agent.name)}</bdi>
        </h1>
        <Approval agent={agent} />
        <Button component={Link} href={linesOf(agent)}>
          Show its lines
        </Button>
        {mayAsk && agent.approval === 'approved' ? (
          <Button onClick={() => setBrowsing(true)}>Browse files</Button>
        ) : null}
        <Button
          component={Link}
          href={`/agents/add?agents=${agent.id}`}
          variant="filled"
          leftSection={<IconPlus size={16} stroke={2} />}
        >
          Add targets
        </Button>
      </div>
      <p className="ap-facts">{safeText(factsOf(agent))}</p>
      <div className="ap-host-columns">
        <div className="ap-host-column">
          <Targets targets={own} />
          <LedgerPanel key={agent.id} agent={agent.id} />
        </div>
        {mayAsk && agent.approval === 'approved' ? (
          <div className="ap-host-column">
            <SuggestionsPanel key={agent.id} agent={agent.id} />
          </div>
        ) : null}
      </div>
      {browsing ? (
        <FilesDrawer agent={agent.id} name={agent.name} onClose={() => setBrowsing(false)} />
      ) : null}
    </div>
  );
}

function BackToAgents() {
  return (
    <Link href="/agents" className="ap-back">
      <IconArrowLeft size={16} stroke={1.6} aria-hidden="true" />
      Agents
    </Link>
  );
}

function Approval(props: { readonly agent: AgentView }) {
  const { fleet, notices } = useServices();
  const { id, name, approval } = props.agent;
  const approve = () => fleet.approve([id]);
  const revoke = () => fleet.revoke([id]);
  return approval === 'approved' ? (
    <Button onClick={() => void notices.act(revoke, `Revoked ${name}`, approve)}>Revoke</Button>
  ) : (
    <Button onClick={() => void notices.act(approve, `Approved ${name}`, revoke)}>Approve</Button>
  );
}

function Targets(props: { readonly targets: readonly Target[] }) {
  return (
    <section aria-labelledby="targets">
      <h2 id="targets" className="ap-section">
        {props.targets.length === 0 ? 'No targets yet' : countOf(props.targets.length, 'target')}
      </h2>
      {props.targets.length === 0 ? (
        <p className="ap-faint">This Bee is connected and sends nothing until it has a target.</p>
      ) : (
        <TargetTable targets={props.targets} />
      )}
    </section>
  );
}

function factsOf(agent: AgentView): string {
  const { facts } = agent;
  const address = facts.addresses.join(', ');
  return [facts.system, facts.architecture, address, `Bee ${facts.version}`, agent.fingerprint]
    .filter((fact) => fact !== '')
    .join(' · ');
}

function linesOf(agent: AgentView): string {
  const query = formatFieldValue('agent', agent.id);
  return `/search?${formatAddress({ query, range: DEFAULT_RANGE, line: undefined, wrap: false })}`;
}
