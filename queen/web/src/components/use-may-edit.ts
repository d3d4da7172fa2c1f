import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';

/** Whether the person may change agents, targets and rules; Queen asks for it again. */
export function useMayEdit(): boolean {
  const { session } = useServices();
  const state = useStore(session.state);
  return state.kind === 'signed-in' && state.actor.role !== 'viewer';
}
