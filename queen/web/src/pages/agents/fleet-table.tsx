import { FLEET_ROWS_MAX } from '@apiary/common/limits.ts';
import { slotOf } from '@apiary/common/trend.ts';
import { Checkbox } from '@mantine/core';
import { useCallback, useRef, useState } from 'react';
import { wholeNumber } from '../../components/figures.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useNow } from '../../state/use-now.ts';
import { AgentRow } from './agent-row.tsx';
import type { FleetOrder, FleetRow } from './fleet-row.ts';

/** The fleet as a table; on phones a list of two lines each. */
export function FleetTable(props: {
  readonly rows: readonly FleetRow[];
  readonly order: FleetOrder;
  readonly onOrder: (order: FleetOrder) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}) {
  const { rows, selected, onSelect } = props;
  const [rowsMax, setRowsMax] = useState(FLEET_ROWS_MAX);
  const now = useNow(10_000);
  const all = rows.length > 0 && rows.every(({ agent }) => selected.has(agent.id));
  const latest = useRef({ selected, onSelect });
  latest.current = { selected, onSelect };
  // The same function at each figure, so that rows which did not change are not drawn again.
  const toggle = useCallback((id: string) => {
    const next = new Set(latest.current.selected);
    if (!next.delete(id)) next.add(id);
    latest.current.onSelect(next);
  }, []);
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
                  onChange={() => onSelect(new Set(all ? [] : rows.map(({ agent }) => agent.id)))}
                />
              </th>
              <Head {...props} by="name" name="Host" />
              <th>Tags</th>
              <Head {...props} by="rate" name="Lines a second" isNumber />
              <th>Last 5 minutes</th>
              <Head {...props} by="lag" name="Behind" isNumber />
              <th className="ap-number">Targets</th>
              <th>Address</th>
              <th>System</th>
              <th>Bee</th>
              <Head {...props} by="heard" name="Heard" />
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, rowsMax).map((row) => (
              <AgentRow
                key={row.agent.id}
                agent={row.agent}
                standing={row.standing}
                traffic={row.traffic}
                tags={row.tags.join(' ')}
                now={row.agent.life === 'alive' ? slotOf(now) : now}
                selected={selected.has(row.agent.id)}
                onToggle={toggle}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? <p className="ap-table-empty">No agent matches this filter.</p> : null}
      </ScrollRegion>
      {rows.length > rowsMax ? (
        <button
          type="button"
          className="ap-link"
          onClick={() => setRowsMax(rowsMax + FLEET_ROWS_MAX)}
        >
          Show more of the {wholeNumber(rows.length)}
        </button>
      ) : null}
    </>
  );
}

/** A head that sorts; once more goes back to what is not well first. */
function Head(props: {
  readonly by: FleetOrder;
  readonly name: string;
  readonly isNumber?: boolean;
  readonly order: FleetOrder;
  readonly onOrder: (order: FleetOrder) => void;
}) {
  const { by, name, isNumber, order, onOrder } = props;
  const isOn = order === by;
  const ascending = by === 'name' || by === 'heard';
  return (
    <th
      className={isNumber ? 'ap-number' : undefined}
      aria-sort={isOn ? (ascending ? 'ascending' : 'descending') : 'none'}
    >
      <button
        type="button"
        className="ap-sort"
        aria-pressed={isOn}
        onClick={() => onOrder(isOn ? 'trouble' : by)}
      >
        {name}
        <span aria-hidden="true">{isOn ? (ascending ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}
