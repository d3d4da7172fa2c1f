import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import { formatFieldValue } from '@apiary/common/query/format.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { AgentHexagon } from '../components/agent-hexagon.tsx';
import { standingOf } from '../components/agent-standing.ts';
import { countOf } from '../components/figures.ts';
import { IconArrowLeft, IconPlus } from '../components/icons.ts';
import { PageTabs } from '../components/page-tabs.tsx';
import { useMayEdit } from '../components/use-may-edit.ts';
import { safeText } from '../log-list/display.ts';
import { formatAddress } from '../state/address.ts';
import { checksOf } from '../state/host-checks.ts';
import { useServices } from '../state/services.ts';
import { DEFAULT_RANGE } from '../state/time-range.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import './host.css';
import { FilesDrawer } from './agents/files-drawer.tsx';
import { LedgerPanel } from './agents/ledger-panel.tsx';
import { SuggestionsPanel } from './agents/suggestions.tsx';
import { TargetTable } from './agents/target-table.tsx';
import { ChecksTab } from './host/checks-tab.tsx';
import { EventsTab } from './host/events-tab.tsx';
import { MetricsTab } from './host/metrics-tab.tsx';

/** One host: its facts in a line, its targets, figures, checks and what happened to it. */
export function HostPage(props: { readonly id: string; readonly tab: string | undefined }) {
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
  const home = `/agents/${agent.id}`;
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
      <PageTabs
        label="Parts of this host"
        tabs={[
          { path: home, name: 'Targets', count: own.length },
          { path: `${home}/metrics`, name: 'Metrics' },
          { path: `${home}/checks`, name: 'Checks', count: checksOf(own).size },
          { path: `${home}/events`, name: 'Events' },
        ]}
      />
      <Part tab={props.tab} agent={agent} targets={own} />
      {browsing ? (
        <FilesDrawer agent={agent.id} name={agent.name} onClose={() => setBrowsing(false)} />
      ) : null}
    </div>
  );
}

/** What the chosen tab shows. */
function Part(props: {
  readonly tab: string | undefined;
  readonly agent: AgentView;
  readonly targets: readonly Target[];
}) {
  const { tab, agent, targets } = props;
  const mayAsk = useMayEdit() && agent.approval === 'approved';
  switch (tab) {
    case 'metrics': {
      const isMeasured = targets.some(({ url }) => url.startsWith('metrics:'));
      return <MetricsTab key={agent.id} agent={agent} isMeasured={isMeasured} />;
    }
    case 'checks':
      return <ChecksTab key={agent.id} agent={agent} targets={targets} />;
    case 'events':
      return <EventsTab key={agent.id} agent={agent} targets={targets} />;
    default:
      return (
        <div className="ap-host-columns">
          <div className="ap-host-column">
            <Targets targets={targets} />
            <LedgerPanel key={agent.id} agent={agent.id} />
          </div>
          {mayAsk ? (
            <div className="ap-host-column">
              <SuggestionsPanel key={agent.id} agent={agent.id} />
            </div>
          ) : null}
        </div>
      );
  }
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
