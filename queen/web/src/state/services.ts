/** Everything that outlives a page, made once and handed to the components. */
import { createContext, useContext } from 'react';
import type { AlertWatch } from './alerts.ts';
import type { Connection } from './connection.ts';
import type { FleetWatch } from './fleet.ts';
import type { HealthWatch } from './health.ts';
import type { RateWatch } from './rate.ts';
import type { SavedQueryList } from './saved-queries.ts';
import type { Session } from './session.ts';
import type { SystemWatch } from './system.ts';
import type { TrafficWatch } from './traffic.ts';
import type { Notices } from './undo.ts';

/** See the top of this file. */
export interface Services {
  readonly session: Session;
  readonly connection: Connection;
  readonly fleet: FleetWatch;
  readonly alerts: AlertWatch;
  readonly health: HealthWatch;
  readonly rate: RateWatch;
  readonly savedQueries: SavedQueryList;
  readonly system: SystemWatch;
  readonly traffic: TrafficWatch;
  readonly notices: Notices;
}

/** Provided by `main.tsx`. */
export const ServicesContext = createContext<Services | undefined>(undefined);

/** The services; a component outside of their provider is a programmer's mistake. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('no services around this component');
  return services;
}
