/** The Hive's components by name. Adding one is a folder and a line here. */
import type { ComponentFactory } from '@apiary/common/component.ts';
import { createAgentManager } from './agentmanager/index.ts';
import { createAgentMonitor } from './agentmonitor/index.ts';
import { createHoneycomb } from './honeycomb/index.ts';
import { createPheromone } from './pheromone/index.ts';
import { createSting } from './sting/index.ts';
import type { StingSettings } from './sting/parts.ts';

/** What a host process may be asked for beside its components' names. */
export interface HiveSettings {
  /** Agents that are approved at their first handshake. */
  readonly approve: readonly string[];
  readonly sting: StingSettings;
}

/** Every component of the Hive. */
export function hiveComponents(settings: HiveSettings): Readonly<Record<string, ComponentFactory>> {
  return {
    agentmanager: (context) => createAgentManager(context, { approve: settings.approve }),
    agentmonitor: createAgentMonitor,
    honeycomb: createHoneycomb,
    pheromone: createPheromone,
    sting: (context) => createSting(context, settings.sting),
  };
}

/** Names of the Hive's components. */
export const HIVE_COMPONENTS = [
  'agentmanager',
  'agentmonitor',
  'honeycomb',
  'pheromone',
  'sting',
] as const;
