import { useLocation, useSearch } from 'wouter';
import type { AgentStanding } from '../../components/agent-standing.ts';
import type { FleetFilter } from './fleet-row.ts';

const STANDINGS: readonly AgentStanding[] = [
  'alive',
  'late',
  'dead',
  'pending',
  'revoked',
  'unknown',
];

/** The filter that the address names, and what changes it: a filtered fleet can be sent to somebody. */
export function useFleetFilter(): [FleetFilter, (filter: FleetFilter) => void] {
  const search = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const filter: FleetFilter = {
    text: search.get('q') ?? '',
    standing: STANDINGS.find((standing) => standing === search.get('state')),
    tag: search.get('tag') ?? undefined,
  };
  const set = ({ text, standing, tag }: FleetFilter) => {
    const words = new URLSearchParams();
    if (text !== '') words.set('q', text);
    if (standing !== undefined) words.set('state', standing);
    if (tag !== undefined) words.set('tag', tag);
    const address = words.size === 0 ? '/agents' : `/agents?${words}`;
    navigate(address, { replace: true });
  };
  return [filter, set];
}
