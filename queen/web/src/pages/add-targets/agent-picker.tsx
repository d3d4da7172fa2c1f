import { FLEET_ROWS_MAX } from '@apiary/common/limits.ts';
import type { AgentView } from '@apiary/common/messages/agent.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { useMemo, useState } from 'react';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { standingOf } from '../../components/agent-standing.ts';
import { wholeNumber } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { useStore } from '../../state/use-store.ts';

/** Which agents: narrowed by a query, chosen one by one or all that match. */
export function AgentPicker(props: {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const { chosen, onChange } = props;
  const { fleet } = useServices();
  const { agents } = useStore(fleet.fleet);
  const [query, setQuery] = useState('');
  const usable = useMemo(
    () =>
      [...agents.values()]
        .filter((agent) => agent.approval !== 'revoked')
        .sort((a, b) => a.name.localeCompare(b.name)),
    [agents],
  );
  const parsed = useMemo(() => parseQuery(query), [query]);
  const shown = useMemo(
    () => (parsed.ok ? usable.filter(agentTest(parsed.query)) : usable),
    [usable, parsed],
  );
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  const all = shown.length > 0 && shown.every((agent) => chosen.has(agent.id));
  return (
    <section className="ap-sheet ap-add-part" aria-labelledby="add-agents">
      <div className="ap-add-title">
        <span className="ap-add-number">3</span>
        <h2 id="add-agents">Agents</h2>
        <span className="ap-faint ap-add-count">
          {wholeNumber(chosen.size)} of {wholeNumber(usable.length)}
        </span>
      </div>
      <div className="ap-add-form">
        <input
          className="ap-input ap-mono"
          aria-label="Find agents"
          aria-invalid={!parsed.ok}
          placeholder="tag:edge OR host:web*"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        {parsed.ok ? null : <p className="ap-bad">{parsed.error.message}</p>}
        <div className="ap-chips ap-agent-chips">
          {shown.slice(0, FLEET_ROWS_MAX).map((agent) => (
            <button
              key={agent.id}
              type="button"
              className="ap-chip"
              aria-pressed={chosen.has(agent.id)}
              data-agent={agent.id}
              onClick={() => toggle(agent.id)}
            >
              <AgentHexagon standing={standingOf(agent)} hidden />
              <bdi>{safeText(agent.name)}</bdi>
            </button>
          ))}
        </div>
        {shown.length > 0 ? (
          <button
            type="button"
            className="ap-link"
            onClick={() => {
              const next = new Set(chosen);
              for (const agent of shown) {
                if (all) next.delete(agent.id);
                else next.add(agent.id);
              }
              onChange(next);
            }}
          >
            {all ? 'Choose none of these' : `Choose all ${wholeNumber(shown.length)}`}
          </button>
        ) : (
          <p className="ap-faint">No agent matches.</p>
        )}
      </div>
    </section>
  );
}

/** An agent as a record, so that the query language of lines finds agents too. */
function agentTest(query: Parameters<typeof compileMatcher>[0]): (agent: AgentView) => boolean {
  const matcher = compileMatcher(query, { nowMs: Date.now() });
  return (agent) =>
    matcher.matches({
      time: agent.firstSeenMs,
      host: agent.name,
      agent: agent.id,
      target: '',
      file: '',
      tags: agent.tags,
      body: [agent.name, agent.facts.system, ...agent.facts.addresses].join(' '),
      field: () => undefined,
    });
}
