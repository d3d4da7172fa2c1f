/**
 * What honeycombs of one store tell one another of what they have added: whoever hears it need not look for it
 * before its next commit. As with all events nothing depends on it: who hears nothing is refused by the store,
 * and looks.
 */
import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { ChunkStore, TellAdded } from '@apiary/common/chunks/chunks.ts';
import { EVENT_SCHEMAS, type EventBody } from '@apiary/common/messages/events.ts';

/** Who tells or hears, and by what. */
export interface AddedRangesContext {
  readonly bus: Bus;
  readonly instance: string;
}

/** Tells all others. */
export function tellAdded({ bus, instance }: AddedRangesContext): TellAdded {
  return (entries) => {
    const body: EventBody<'ranges.added'> = { instance, entries: [...entries] };
    bus.events.emit('ranges.added', body);
  };
}

/** Hands what others tell to the store. */
export async function hearAdded(
  { bus, instance }: AddedRangesContext,
  store: ChunkStore,
): Promise<Subscription> {
  return await bus.events.on('ranges.added', ({ body }) => {
    const event = EVENT_SCHEMAS['ranges.added'].safeParse(body);
    if (event.success && event.data.instance !== instance) store.hear(event.data.entries);
  });
}
