import { useEffect } from 'react';
import type { HealthState } from '../state/health.ts';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';

/** How Apiary itself is, kept up to date. */
export function useHealth(): HealthState {
  const { health } = useServices();
  useEffect(() => health.watch(), [health]);
  return useStore(health.state);
}
