import { useRef, useState } from 'react';
import { type FleetOrder, type FleetRow, orderOf } from './fleet-row.ts';

const NOTHING = { key: '', ids: [] };

/**
 * Rows in an order that stands still: it is made when the order is chosen, an agent comes or goes or its
 * state changes, or the first figures arrive, not at each figure. Nothing moves under a person's pointer.
 */
export function useFleetOrder(rows: readonly FleetRow[]): {
  readonly ordered: readonly FleetRow[];
  readonly order: FleetOrder;
  readonly setOrder: (order: FleetOrder) => void;
} {
  const [order, choose] = useState<FleetOrder>('trouble');
  const [choices, setChoices] = useState(0);
  const states = rows.map(({ agent, standing }) => `${agent.id}${standing}`).join();
  const hasFigures = rows.some(({ traffic }) => traffic !== undefined);
  const key = `${order} ${choices} ${hasFigures} ${states}`;
  const held = useRef<{ readonly key: string; readonly ids: readonly string[] }>(NOTHING);
  if (held.current.key !== key) held.current = { key, ids: orderOf(rows, order) };
  const { ids } = held.current;
  const byId = new Map(rows.map((row) => [row.agent.id, row]));
  return {
    ordered: ids.flatMap((id) => byId.get(id) ?? []),
    order,
    setOrder: (next) => {
      choose(next);
      setChoices(choices + 1);
    },
  };
}
