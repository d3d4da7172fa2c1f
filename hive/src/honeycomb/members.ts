/**
 * Which honeycombs there are: each writes itself down before it reads who is approved. agentmanager asks
 * all of them before a revocation counts as done.
 */
import type { Actor, Bus, Subscription } from '@apiary/common/bus/bus.ts';
import type { SegmentOwner } from '@apiary/common/chunks/chunks.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { SEGMENT_ANSWER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { callAction, serveActions } from '@apiary/common/messages/actions/action.ts';
import { honeycombPresenceActions } from '@apiary/common/messages/actions/honeycomb-cluster.ts';

/** How honeycomb asks others. */
export const HONEYCOMB_ACTOR = {
  kind: 'component',
  id: 'honeycomb',
  name: 'honeycomb',
  role: 'system',
} as const satisfies Actor;

const PRESENCE_MS_MAX = 1_000;

/** A segment, and since when it is somebody's. */
type Held = Pick<SegmentOwner, 'id' | 'epoch'>;

/** Writes this instance down; the result takes it out again. Instances that were killed are taken out too. */
export async function joinHoneycombs(
  context: Pick<ComponentContext, 'bus' | 'documents' | 'clock' | 'instance'>,
): Promise<() => Promise<void>> {
  const { bus, documents, clock, instance } = context;
  const members = await documents.collection(HONEYCOMBS);
  await members.put({ id: instance, sinceMs: clock.now() });
  const others = (await members.find()).filter(({ document }) => document.id !== instance);
  await Promise.all(
    others.map(async ({ document: { id } }) => {
      if (await isGone(bus, id)) await members.delete(id);
    }),
  );
  return async () => {
    await members.delete(instance);
  };
}

/** Says that this one is there, from before it owns a segment: who starts is not gone. Needs no store. */
export async function servePresence(
  { bus, instance }: Pick<ComponentContext, 'bus' | 'instance'>,
  held: () => readonly Held[],
): Promise<Subscription> {
  const address = { component: 'honeycomb-presence', instance };
  const handlers = { here: async () => ({ instance, segments: [...held()] }) };
  return await serveActions(bus, address, honeycombPresenceActions, handlers);
}

/** Only its queue's absence proves that a honeycomb is gone; whoever is slow is there. */
export async function isGone(bus: Bus, instance: string): Promise<boolean> {
  const options = { actor: HONEYCOMB_ACTOR, instance, deadlineMs: PRESENCE_MS_MAX };
  try {
    await callAction(bus, honeycombPresenceActions.here, {}, options);
    return false;
  } catch (error) {
    return toAppError(error).code === 'component-missing';
  }
}

/** True if a segment's owner says that it has it. Who sleeps or is gone says nothing. */
export async function hasSegment(bus: Bus, owner: SegmentOwner): Promise<boolean> {
  const { instance } = owner;
  const options = { actor: HONEYCOMB_ACTOR, instance, deadlineMs: SEGMENT_ANSWER_MS_MAX };
  try {
    const { segments = [] } = await callAction(bus, honeycombPresenceActions.here, {}, options);
    return segments.some(({ id, epoch }) => id === owner.id && epoch === owner.epoch);
  } catch {
    return false;
  }
}
