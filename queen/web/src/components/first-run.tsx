import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { z } from 'zod';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import { AgentHexagon } from './agent-hexagon.tsx';
import { standingOf } from './agent-standing.ts';
import './first-run.css';
import { safeText } from '../log-list/display.ts';
import { callApi } from '../state/http.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { brokerWord, isLoopback } from './broker-word.ts';
import { IconCheck, IconCopy } from './icons.ts';
import { useSystem } from './use-system.ts';

const installSchema = z.object({ line: z.string().optional(), hint: z.string() });

const loadInstall = () => callApi('/api/install', installSchema);

/** An empty system: what to do, each step filling in as it happens. */
export function FirstRun() {
  const { fleet, notices } = useServices();
  const { agents, targets } = useStore(fleet.fleet);
  const all = [...agents.values()];
  const approved = all.some((agent) => agent.approval === 'approved');
  const { system } = useSystem();
  const broker = system?.broker;
  const { value: install } = useLoaded(loadInstall);
  const command = install?.line ?? `./apiary bee ${broker ? brokerWord(broker) : '…'}`;
  return (
    <div className="ap-first">
      <h2>Bring in the first machine</h2>
      <p className="ap-faint">Apiary is running. It only needs something to listen to.</p>
      <ol>
        <Step number={1} title="Run this on any Linux machine" done={all.length > 0}>
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
        <Step
          number={2}
          title={all.length > 0 ? 'A Bee has arrived' : 'A Bee arrives here'}
          done={approved}
        >
          {all.map((agent) => (
            <div key={agent.id} className="ap-first-agent">
              <AgentHexagon standing={standingOf(agent)} />
              <strong>
                <bdi>{safeText(agent.name)}</bdi>
              </strong>
              <span className="ap-mono">{agent.facts.addresses[0]}</span>
              <span className="ap-grow ap-mono ap-faint">{agent.fingerprint}</span>
              {agent.approval === 'pending' ? (
                <Button
                  onClick={() =>
                    void notices.act(
                      () => fleet.approve([agent.id]),
                      `Approved ${agent.name}`,
                      () => fleet.revoke([agent.id]),
                    )
                  }
                >
                  Approve
                </Button>
              ) : null}
            </div>
          ))}
        </Step>
        <Step number={3} title="Choose what it sends" done={targets.size > 0}>
          {approved ? (
            <Button component={Link} href="/agents/add" variant="filled">
              Add targets
            </Button>
          ) : null}
        </Step>
        <Step number={4} title="Lines appear here" done={false}>
          <p className="ap-faint">The first line usually takes less than a second.</p>
        </Step>
      </ol>
    </div>
  );
}

function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className={props.done ? 'ap-step ap-step-done' : 'ap-step'}>
      <span className="ap-step-sign" aria-hidden="true">
        {props.done ? <IconCheck size={15} /> : props.number}
      </span>
      <h3>{props.title}</h3>
      {props.children}
    </li>
  );
}
