import type { ComponentContext } from '@apiary/common/component.ts';
import type { CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import type { Agent, Liveness } from '@apiary/common/messages/agent.ts';
import type { EventBody, EventName } from '@apiary/common/messages/events.ts';
import type { Counter } from 'prom-client';
import type { Commands } from './commands.ts';
import type { Model } from './model.ts';

/** What the parts of agentmanager share. */
export interface Parts {
  readonly context: ComponentContext;
  readonly model: Model;
  readonly liveness: CachedCollection<Liveness>;
  readonly commands: Commands;
  /** Messages from Bees by type and outcome. */
  readonly messages: Counter<'type' | 'outcome'>;
}

/** Sends an event with the body that its name wants. */
export function emitEvent<N extends EventName>(
  { context }: Pick<Parts, 'context'>,
  name: N,
  body: EventBody<N>,
): void {
  context.bus.events.emit(name, body);
}

/** Sends one of the events about an agent. */
export function emitAgentEvent(
  parts: Pick<Parts, 'context'>,
  name: 'agent.joined' | 'agent.approved' | 'agent.revoked',
  agent: Agent,
): void {
  emitEvent(parts, name, { agent: agent.id, name: agent.name, atMs: parts.context.clock.now() });
}
