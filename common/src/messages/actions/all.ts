import type { Action } from './action.ts';
import { agentManagerActions } from './agentmanager.ts';
import { agentMonitorActions } from './agentmonitor.ts';
import { honeycombActions } from './honeycomb.ts';
import { pheromoneActions } from './pheromone.ts';
import { stingActions } from './sting.ts';

/** The tables of all components: what there is to be permitted. */
export const ALL_ACTIONS = {
  agentmanager: agentManagerActions,
  agentmonitor: agentMonitorActions,
  honeycomb: honeycombActions,
  pheromone: pheromoneActions,
  sting: stingActions,
} as const satisfies Record<string, Readonly<Record<string, Action>>>;
