import { useEffect } from 'react';
import { useServices } from '../state/services.ts';
import type { SystemState } from '../state/system.ts';
import { useStore } from '../state/use-store.ts';

/** The system's state, kept up to date while the component is there. */
export function useSystem(): SystemState {
  const { system } = useServices();
  useEffect(() => system.watch(), [system]);
  return useStore(system.state);
}
