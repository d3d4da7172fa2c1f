/** One row of the fleet: an agent with what it sends and the tags of what it watches. Pure. */
import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import { type AgentStanding, standingOf } from '../../components/agent-standing.ts';
import type { TrafficByAgent } from '../../state/traffic.ts';

/** See the top of this file. */
export interface FleetRow {
  readonly agent: AgentView;
  readonly standing: AgentStanding;
  /** Its own tags and those of its targets, which travel with its lines. */
  readonly tags: readonly string[];
  /** URLs of its targets. */
  readonly urls: readonly string[];
  readonly traffic: AgentTraffic | undefined;
}

/** By what the fleet is sorted; `trouble`: what is not well first, then the loudest. */
export type FleetOrder = 'trouble' | 'name' | 'rate' | 'lag' | 'heard';

/** What narrows the fleet. */
export interface FleetFilter {
  readonly text: string;
  readonly standing: AgentStanding | undefined;
  readonly tag: string | undefined;
}

/** The rows of all agents. */
export function fleetRows(
  agents: Iterable<AgentView>,
  targets: Iterable<Target>,
  traffic: TrafficByAgent | undefined,
): FleetRow[] {
  const byAgent = Map.groupBy(targets, ({ agent }) => agent);
  return Array.from(agents, (agent) => {
    const own = byAgent.get(agent.id) ?? [];
    const flow = traffic?.get(agent.id);
    return {
      agent,
      standing: standingOf(agent, flow?.lagBytes),
      tags: [...new Set([...agent.tags, ...own.flatMap(({ tags }) => tags)])].sort(),
      urls: own.map(({ url }) => url),
      traffic: flow,
    };
  });
}

/** The rows that the filter leaves. Revoked agents show only where they are asked for. */
export function filtered(rows: readonly FleetRow[], filter: FleetFilter): FleetRow[] {
  const wanted = filter.text.trim().toLowerCase();
  return rows.filter((row) => {
    const { standing, tags } = row;
    const isOfState = filter.standing ? standing === filter.standing : standing !== 'revoked';
    const isTagged = filter.tag === undefined || tags.includes(filter.tag);
    return isOfState && isTagged && (wanted === '' || holds(row, wanted));
  });
}

function holds({ agent, tags, urls }: FleetRow, wanted: string): boolean {
  const { addresses, system, version } = agent.facts;
  const words = [agent.name, agent.id, agent.fingerprint, system, version, ...addresses];
  return [...words, ...tags, ...urls].some((word) => word.toLowerCase().includes(wanted));
}

const rateOf = ({ traffic }: FleetRow) => traffic?.linesPerSecond ?? 0;
const lagOf = ({ traffic }: FleetRow) => traffic?.lagBytes ?? 0;
const heardOf = ({ agent }: FleetRow) =>
  agent.life === 'alive' ? Number.POSITIVE_INFINITY : (agent.heardMs ?? 0);

const COMPARE: Readonly<Record<FleetOrder, (a: FleetRow, b: FleetRow) => number>> = {
  trouble: (a, b) => troubleOf(a) - troubleOf(b) || rateOf(b) - rateOf(a),
  name: () => 0,
  rate: (a, b) => rateOf(b) - rateOf(a),
  lag: (a, b) => lagOf(b) - lagOf(a),
  heard: (a, b) => (heardOf(a) === heardOf(b) ? 0 : heardOf(a) - heardOf(b)),
};

/** Ids in the given order; the same ones by name. */
export function orderOf(rows: readonly FleetRow[], order: FleetOrder): string[] {
  const compare = COMPARE[order];
  return [...rows]
    .sort((a, b) => compare(a, b) || a.agent.name.localeCompare(b.agent.name))
    .map(({ agent }) => agent.id);
}

function troubleOf({ agent, standing }: FleetRow): number {
  if (agent.approval !== 'approved') return 4;
  if (standing === 'dead') return 0;
  if (standing === 'late') return 1;
  return agent.failedTargets > 0 ? 2 : 3;
}

/** How often each tag is there, the most frequent first. */
export function tagCounts(rows: readonly FleetRow[]): (readonly [tag: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { tags } of rows) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || a.localeCompare(b));
}
