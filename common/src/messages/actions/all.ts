import type { Action } from './action.ts';
import { agentManagerActions } from './agentmanager.ts';
import { agentMonitorActions } from './agentmonitor.ts';
import { honeycombActions } from './honeycomb.ts';

/** The tables of all components: what there is to be permitted. */
export const ALL_ACTIONS = {
  agentmanager: agentManagerActions,
  agentmonitor: agentMonitorActions,
  honeycomb: honeycombActions,
} as const satisfies Record<string, Readonly<Record<string, Action>>>;
