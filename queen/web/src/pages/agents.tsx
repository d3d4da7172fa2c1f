import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { countOf } from '../components/figures.ts';
import { FirstRun } from '../components/first-run.tsx';
import { IconDownload, IconPlus } from '../components/icons.ts';
import { useTraffic } from '../components/use-traffic.ts';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import { BulkBar } from './agents/bulk-bar.tsx';
import { FleetFilters } from './agents/fleet-filters.tsx';
import { filtered, fleetRows } from './agents/fleet-row.ts';
import { FleetTable } from './agents/fleet-table.tsx';
import { PendingAgents } from './agents/pending-agents.tsx';
import { useFleetFilter } from './agents/use-fleet-filter.ts';
import { useFleetOrder } from './agents/use-fleet-order.ts';

/** The fleet, live: who waits for approval, and everybody with what they send. */
export function AgentsPage() {
  const { fleet } = useServices();
  const { status, failure, agents, targets } = useStore(fleet.fleet);
  const traffic = useTraffic();
  const [filter, setFilter] = useFleetFilter();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () => fleetRows(agents.values(), targets.values(), traffic),
    [agents, targets, traffic],
  );
  const { ordered, order, setOrder } = useFleetOrder(rows);
  const known = new Set([...selected].filter((id) => agents.has(id)));
  const pending = [...agents.values()].filter(({ approval }) => approval === 'pending');
  return (
    <div className="ap-page">
      <div className="ap-page-head">
        <h1>Agents</h1>
        <span className="ap-faint">
          {status === 'ready' ? countOf(agents.size, 'host') : 'Asking who is there…'}
        </span>
        <Button
          component={Link}
          href="/start"
          leftSection={<IconDownload size={16} stroke={1.6} />}
        >
          Install a Bee
        </Button>
        <Button
          component={Link}
          href="/agents/add"
          variant="filled"
          leftSection={<IconPlus size={16} stroke={2} />}
        >
          Add targets
        </Button>
      </div>
      {status === 'failed' ? (
        <div className="ap-strip ap-strip-error" role="alert">
          <span>
            <strong>The fleet cannot be shown.</strong> {failure}
          </span>
        </div>
      ) : null}
      {pending.length > 0 ? <PendingAgents agents={pending} /> : null}
      {status === 'ready' && agents.size === 0 ? <FirstRun /> : null}
      {agents.size > 0 ? (
        <>
          <FleetFilters rows={rows} filter={filter} onChange={setFilter} />
          <FleetTable
            rows={filtered(ordered, filter)}
            order={order}
            onOrder={setOrder}
            selected={known}
            onSelect={setSelected}
          />
        </>
      ) : null}
      {known.size > 0 ? <BulkBar selected={known} onClear={() => setSelected(new Set())} /> : null}
    </div>
  );
}
