import { useEffect } from 'react';
import { useServices } from '../state/services.ts';
import type { TrafficByAgent } from '../state/traffic.ts';
import { useStore } from '../state/use-store.ts';

/** How much each agent sends, kept up to date while the component is there; undefined until it is known. */
export function useTraffic(): TrafficByAgent | undefined {
  const { traffic } = useServices();
  useEffect(() => traffic.watch(), [traffic]);
  return useStore(traffic.traffic);
}
