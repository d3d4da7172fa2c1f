import { TextInput } from '@mantine/core';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import type { AgentStanding } from '../../components/agent-standing.ts';
import { wholeNumber } from '../../components/figures.ts';
import { IconSearch } from '../../components/icons.ts';
import { type FleetFilter, type FleetRow, tagCounts } from './fleet-row.ts';

const CHIPS: readonly { readonly standing: AgentStanding; readonly name: string }[] = [
  { standing: 'alive', name: 'Alive' },
  { standing: 'late', name: 'Late' },
  { standing: 'dead', name: 'Dead' },
  { standing: 'unknown', name: 'Not heard yet' },
  { standing: 'pending', name: 'Pending' },
  { standing: 'revoked', name: 'Revoked' },
];

/** What narrows the fleet: words, a tag, a state with its count. */
export function FleetFilters(props: {
  readonly rows: readonly FleetRow[];
  readonly filter: FleetFilter;
  readonly onChange: (filter: FleetFilter) => void;
}) {
  const { rows, filter, onChange } = props;
  const tags = tagCounts(rows);
  return (
    <div className="ap-fleet-filters">
      <TextInput
        aria-label="Filter agents"
        placeholder="Filter by host, tag, file, address or version"
        leftSection={<IconSearch size={16} stroke={1.6} />}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
      />
      {tags.length > 0 || filter.tag !== undefined ? (
        <select
          className="ap-input ap-fleet-tag"
          aria-label="Tag"
          value={filter.tag ?? ''}
          onChange={(event) => onChange({ ...filter, tag: event.currentTarget.value || undefined })}
        >
          <option value="">Any tag</option>
          {tags.map(([tag, count]) => (
            <option key={tag} value={tag}>
              {tag} ({wholeNumber(count)})
            </option>
          ))}
        </select>
      ) : null}
      <StateChips {...props} />
    </div>
  );
}

function StateChips(props: {
  readonly rows: readonly FleetRow[];
  readonly filter: FleetFilter;
  readonly onChange: (filter: FleetFilter) => void;
}) {
  const { rows, filter, onChange } = props;
  const counts = new Map<AgentStanding, number>();
  for (const { standing } of rows) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  const revoked = counts.get('revoked') ?? 0;
  const shown = CHIPS.filter(
    ({ standing }) => counts.has(standing) || filter.standing === standing,
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend
    <div className="ap-chips" role="group" aria-label="By state">
      <button
        type="button"
        className="ap-chip"
        aria-pressed={filter.standing === undefined}
        onClick={() => onChange({ ...filter, standing: undefined })}
      >
        All <span>{wholeNumber(rows.length - revoked)}</span>
      </button>
      {shown.map(({ standing, name }) => {
        const isOn = filter.standing === standing;
        return (
          <button
            key={standing}
            type="button"
            className="ap-chip"
            aria-pressed={isOn}
            onClick={() => onChange({ ...filter, standing: isOn ? undefined : standing })}
          >
            <AgentHexagon standing={standing} hidden />
            {name} <span>{wholeNumber(counts.get(standing) ?? 0)}</span>
          </button>
        );
      })}
    </div>
  );
}
