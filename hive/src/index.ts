/** The Hive's components by name. Adding one is a folder and a line here. */
import type { ComponentFactory } from '@apiary/common/component.ts';
import type { HoneycombOptions } from './honeycomb/index.ts';
import type { StingSettings } from './sting/parts.ts';

/** What a host process may be asked for beside its components' names. */
export interface HiveSettings {
  /** Agents that are approved at their first handshake. */
  readonly approve: readonly string[];
  readonly honeycomb: Pick<HoneycombOptions, 'mergesToday' | 'sectionCache'>;
  readonly sting: StingSettings;
}

/** Every component of the Hive; its code is loaded where it runs. */
export function hiveComponents(settings: HiveSettings): Readonly<Record<string, ComponentFactory>> {
  return {
    async agentmanager(context) {
      const { createAgentManager } = await import('./agentmanager/index.ts');
      return createAgentManager(context, { approve: settings.approve });
    },
    async agentmonitor(context) {
      const { createAgentMonitor } = await import('./agentmonitor/index.ts');
      return createAgentMonitor(context);
    },
    async honeycomb(context) {
      const { createHoneycomb } = await import('./honeycomb/index.ts');
      return createHoneycomb(context, settings.honeycomb);
    },
    async pheromone(context) {
      const { createPheromone } = await import('./pheromone/index.ts');
      return createPheromone(context);
    },
    async sting(context) {
      const { createSting } = await import('./sting/index.ts');
      return createSting(context, settings.sting);
    },
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
