import type { AgentView } from '@apiary/common/messages/agent.ts';
import { Button } from '@mantine/core';
import { useRef } from 'react';
import { Link } from 'wouter';
import { z } from 'zod';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { standingOf } from '../../components/agent-standing.ts';
import { brokerWord, isLoopback } from '../../components/broker-word.ts';
import { IconCopy } from '../../components/icons.ts';
import { useMayEdit } from '../../components/use-may-edit.ts';
import { useSystem } from '../../components/use-system.ts';
import { safeText } from '../../log-list/display.ts';
import type { Fleet } from '../../state/fleet.ts';
import { callApi } from '../../state/http.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useStore } from '../../state/use-store.ts';
import { AlertsStep } from './alerts-step.tsx';
import { LinesStep } from './lines-step.tsx';
import { Step } from './step.tsx';
import './steps.css';
import { SuggestionsStep } from './suggestions-step.tsx';

const installSchema = z.object({ line: z.string().optional(), hint: z.string() });

const loadInstall = () => callApi('/api/install', installSchema);

/** Five steps on one page, from the line that installs a Bee to an alert on a phone. */
export function Steps() {
  const { fleet } = useServices();
  const state = useStore(fleet.fleet);
  const agents = useNewAgents(state);
  const approved = agents.filter(({ approval }) => approval === 'approved');
  const ids = new Set(approved.map(({ id }) => id));
  const watched = [...state.targets.values()].filter(({ agent }) => ids.has(agent));
  const isFirst = state.agents.size === agents.length;
  return (
    <div className="ap-first">
      <h2>{isFirst ? 'Bring in the first machine' : 'Bring in another machine'}</h2>
      <p className="ap-faint">Apiary is running. It only needs something to listen to.</p>
      <ol>
        <InstallStep done={agents.length > 0} />
        <Step
          number={2}
          title={agents.length > 0 ? 'A Bee has arrived' : 'A Bee arrives here'}
          done={approved.length > 0}
        >
          {agents.length === 0 ? (
            <p className="ap-faint">It shows the moment it connects. Nothing is to be reloaded.</p>
          ) : null}
          {agents.map((agent) => (
            <Arrived key={agent.id} agent={agent} />
          ))}
        </Step>
        <Step number={3} title="Choose what it sends" done={watched.length > 0}>
          {approved.map((agent) => (
            <SuggestionsStep
              key={agent.id}
              agent={agent}
              targets={watched.filter((target) => target.agent === agent.id)}
            />
          ))}
          {approved.length === 0 ? (
            <p className="ap-faint">Once it is approved, it says what it has found.</p>
          ) : null}
        </Step>
        <LinesStep agents={approved} isWatched={watched.length > 0} />
        <AlertsStep />
      </ol>
      <p className="ap-first-end">
        <Link href="/home" className="ap-link">
          Home
        </Link>
        <Link href="/agents" className="ap-link">
          All agents
        </Link>
        <Link href="/docs" className="ap-link">
          Documentation
        </Link>
      </p>
    </div>
  );
}

/** Who has come since the page was opened, or waits; everybody, where nothing is watched at all. */
function useNewAgents({ status, agents, targets }: Fleet): readonly AgentView[] {
  const before = useRef<ReadonlySet<string>>(undefined);
  if (before.current === undefined && status === 'ready') {
    const settled = [...agents.values()].filter(({ approval }) => approval !== 'pending');
    before.current = new Set(targets.size === 0 ? [] : settled.map(({ id }) => id));
  }
  return [...agents.values()].filter(
    ({ id, approval }) => approval !== 'revoked' && before.current?.has(id) === false,
  );
}

function InstallStep(props: { readonly done: boolean }) {
  const { notices } = useServices();
  const { system } = useSystem();
  const broker = system?.broker;
  const { value: install } = useLoaded(loadInstall);
  const command = install?.line ?? `./apiary bee ${broker ? brokerWord(broker) : '…'}`;
  return (
    <Step number={1} title="Run this on any Linux machine" done={props.done}>
      <div className="ap-command">
        <code>
          <span className="ap-faint">$ </span>
          {command}
        </code>
        <Button
          leftSection={<IconCopy size={15} />}
          onClick={() =>
            void notices.act(() => navigator.clipboard.writeText(command), 'Copied the command')
          }
        >
          Copy
        </Button>
      </div>
      <p className="ap-faint">
        {install?.hint ??
          (broker && isLoopback(broker.host)
            ? 'The broker listens on this machine alone, so this works here only.'
            : 'It needs nothing but the broker’s address.')}
      </p>
    </Step>
  );
}

function Arrived(props: { readonly agent: AgentView }) {
  const { agent } = props;
  const { fleet, notices } = useServices();
  const mayEdit = useMayEdit();
  const approve = () => fleet.approve([agent.id]);
  const revoke = () => fleet.revoke([agent.id]);
  return (
    <div className="ap-first-agent">
      <AgentHexagon standing={standingOf(agent)} />
      <strong>
        <bdi>{safeText(agent.name)}</bdi>
      </strong>
      <span className="ap-mono">{safeText(agent.facts.addresses[0] ?? '')}</span>
      <span className="ap-grow ap-mono ap-faint">{agent.fingerprint}</span>
      {agent.approval === 'pending' && mayEdit ? (
        <Button
          variant="filled"
          onClick={() => void notices.act(approve, `Approved ${agent.name}`, revoke)}
        >
          Approve
        </Button>
      ) : null}
    </div>
  );
}
