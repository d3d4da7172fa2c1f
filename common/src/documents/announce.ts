import type { Bus } from '../bus/bus.ts';
import type { Documents } from './documents.ts';

/**
 * Tells every process of each write as the event `document.changed.<collection>`; once for a process's
 * {@link Documents}. The result stops it.
 */
export function announceChanges(documents: Documents, bus: Bus): () => void {
  return documents.onChange((change) =>
    bus.events.emit(`document.changed.${change.collection}`, change),
  );
}
