/** What conditions are told that are no matter of lines: dead agents and failed targets. */
import type { Rule } from '@apiary/common/messages/alerts.ts';
import { compileMatcher, type MatchRecord } from '@apiary/common/query/matcher.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import type { Report } from './conditions/reported.ts';
import { keyOf } from './grouping.ts';
import type { Parts } from './parts.ts';

/** Fields that such rules group by, whatever they say. */
export const REPORTED_GROUPS = {
  'agent-dead': ['host'],
  'target-failed': ['host', 'target'],
} as const;

/** True for a condition that is told rather than fed. */
export function isReported(type: Rule['condition']['type']): type is keyof typeof REPORTED_GROUPS {
  return type in REPORTED_GROUPS;
}

/** Every group for which a rule's condition holds now. */
export function reportsOf(rule: Rule, parts: Parts): Report[] {
  const parsed = parseQuery(rule.query);
  if (!parsed.ok) return [];
  const matcher = compileMatcher(parsed.query);
  const chosen = rule.condition.type === 'agent-dead' ? deadAgents(parts) : failedTargets(parts);
  return chosen.flatMap(({ record, ...report }) => (matcher.matches(record) ? [report] : []));
}

function deadAgents({ agents, liveness }: Parts) {
  return [...agents.values()].flatMap((agent) => {
    const life = liveness.get(agent.id);
    if (agent.approval !== 'approved' || life?.state !== 'dead') return [];
    return [
      {
        record: recordOf({ host: agent.name, agent: agent.id, tags: agent.tags }),
        group: keyOf([agent.name]),
        first: `${agent.id}:${life.sinceMs}`,
        sinceMs: life.sinceMs,
      },
    ];
  });
}

function failedTargets({ agents, targets }: Parts) {
  return [...targets.values()].flatMap((target) => {
    if (target.status.state !== 'failed') return [];
    const host = agents.get(target.agent)?.name ?? target.agent;
    return [
      {
        record: recordOf({ host, agent: target.agent, target: target.url, tags: target.tags }),
        group: keyOf([host, target.url]),
        first: `${target.id}:${target.status.reason ?? ''}`,
        sinceMs: target.createdMs,
      },
    ];
  });
}

function recordOf(facts: Partial<MatchRecord>): MatchRecord {
  return {
    ...{ time: 0, host: '', agent: '', target: '', file: '', tags: [], body: '' },
    field: () => undefined,
    ...facts,
  };
}
