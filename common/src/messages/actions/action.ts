/** Typed RPC: an action is a name, a request shape and a response shape. */
import type { z } from 'zod';
import type { Bus, CallOptions, RpcAddress, RpcRequest, Subscription } from '../../bus/bus.ts';
import { AppError } from '../../errors.ts';

/** One action of a component. `role` is the least role that may ask for it. */
export interface Action<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `component.action`. */
  readonly name: string;
  readonly role: 'viewer' | 'editor' | 'admin';
  readonly request: I;
  /** The answer, or each part of it where `streams`. */
  readonly response: O;
  readonly streams: boolean;
}

/** Declares an action that has one answer. */
export function defineAction<I extends z.ZodType, O extends z.ZodType>(
  name: string,
  role: Action['role'],
  request: I,
  response: O,
): Action<I, O> {
  return { name, role, request, response, streams: false };
}

/** Declares an action that answers in parts. */
export function defineStream<I extends z.ZodType, O extends z.ZodType>(
  name: string,
  role: Action['role'],
  request: I,
  response: O,
): Action<I, O> {
  return { name, role, request, response, streams: true };
}

/** The handlers of a table of actions. */
export type ActionHandlers<T extends Readonly<Record<string, Action>>> = {
  readonly [K in keyof T]: (
    body: z.output<T[K]['request']>,
    request: RpcRequest,
  ) => T[K]['streams'] extends true
    ? AsyncIterable<z.input<T[K]['response']>>
    : Promise<z.input<T[K]['response']>> | AsyncIterable<z.input<T[K]['response']>>;
};

/** Asks for an action; the answer is checked. @throws AppError as `BusRpc.call` */
export async function callAction<I extends z.ZodType, O extends z.ZodType>(
  bus: Bus,
  action: Action<I, O>,
  body: z.input<I>,
  options: CallOptions & { readonly instance?: string },
): Promise<z.output<O>> {
  const answer = await bus.rpc.call(
    addressOf(action, options.instance),
    action.name,
    body,
    options,
  );
  return action.response.parse(answer);
}

/** Asks for an action that answers in parts. @throws AppError as `BusRpc.stream` */
export async function* streamAction<I extends z.ZodType, O extends z.ZodType>(
  bus: Bus,
  action: Action<I, O>,
  body: z.input<I>,
  options: CallOptions & { readonly instance?: string },
): AsyncGenerator<z.output<O>> {
  const address = addressOf(action, options.instance);
  for await (const part of bus.rpc.stream(address, action.name, body, options)) {
    yield action.response.parse(part);
  }
}

/** Answers a component's actions; requests are checked, unknown ones refused. */
export async function serveActions<T extends Readonly<Record<string, Action>>>(
  bus: Bus,
  address: RpcAddress,
  actions: T,
  handlers: ActionHandlers<T>,
): Promise<Subscription> {
  const byName = new Map(Object.entries(actions).map(([key, action]) => [action.name, key]));
  return await bus.rpc.serve(address, (request) => {
    const key = byName.get(request.action);
    const action = key === undefined ? undefined : actions[key];
    if (key === undefined || !action) {
      throw new AppError('not-found', `${address.component} has no action ${request.action}`);
    }
    if (!allows(action.role, request.actor.role)) {
      throw new AppError('forbidden', `${action.name} needs the role ${action.role}`);
    }
    const body = action.request.safeParse(request.body);
    if (!body.success) {
      const issue = body.error.issues[0];
      const where = issue?.path.join('.') ?? '';
      throw new AppError('request-invalid', `${action.name}: ${where} ${issue?.message ?? ''}`);
    }
    // The key came from the same table, so the handler takes this body.
    const handler = handlers[key] as (
      body: unknown,
      request: RpcRequest,
    ) => Promise<unknown> | AsyncIterable<unknown>;
    return handler(body.data, request);
  });
}

const RANK = { viewer: 0, editor: 1, admin: 2, system: 3 } as const;

/** True if `role` is at least `needed`. */
export function allows(needed: Action['role'], role: keyof typeof RANK): boolean {
  return RANK[role] >= RANK[needed];
}

function addressOf(action: Action, instance: string | undefined): RpcAddress {
  const component = action.name.split('.')[0] ?? '';
  return instance === undefined ? { component } : { component, instance };
}
