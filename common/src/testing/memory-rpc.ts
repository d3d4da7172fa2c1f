import type {
  BusRpc,
  CallOptions,
  RpcAddress,
  RpcHandler,
  RpcRequest,
  Subscription,
} from '../bus/bus.ts';
import { AppError, toAppError } from '../errors.ts';
import { RPC_DEADLINE_MS, RPC_PENDING_MAX } from '../limits.ts';
import type { MemoryBroker } from './memory-broker.ts';

/** A call under way: its answer loses against a deadline, a cut connection, or the caller's signal. */
class PendingCall {
  readonly #controller = new AbortController();
  readonly #failed: Promise<never>;
  readonly #release: () => void;
  #fail: (error: unknown) => void = () => undefined;

  constructor(broker: MemoryBroker, options: CallOptions) {
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => undefined);
    const cancelTimer = broker.clock.after(options.deadlineMs ?? RPC_DEADLINE_MS, () =>
      this.abort(new AppError('deadline-passed', 'no answer within the deadline')),
    );
    const onAbort = () => this.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    this.#release = () => {
      cancelTimer();
      options.signal?.removeEventListener('abort', onAbort);
    };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(error: unknown): void {
    this.#fail(error);
    this.#controller.abort(error);
  }

  async race<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => undefined);
    return await Promise.race([this.#failed, answer]);
  }

  end(): void {
    this.#release();
    this.#controller.abort(new AppError('deadline-passed', 'nobody listens any longer'));
  }
}

/** Request and reply between the buses of one {@link MemoryBroker}. Values pass as JSON. */
export class MemoryRpc implements BusRpc {
  readonly #broker: MemoryBroker;
  readonly #isConnected: () => boolean;
  readonly #pending = new Set<PendingCall>();
  readonly #served = new Set<{ attach(): void; detach(): void }>();

  constructor(broker: MemoryBroker, isConnected: () => boolean) {
    this.#broker = broker;
    this.#isConnected = isConnected;
  }

  serve(address: RpcAddress, handler: RpcHandler): Promise<Subscription> {
    const { component, instance } = address;
    const keys = instance === undefined ? [component] : [component, `${component}.${instance}`];
    const servers = this.#broker.rpcServers;
    const entry = {
      attach: () => {
        for (const key of keys) servers.set(key, [...(servers.get(key) ?? []), handler]);
      },
      detach: () => {
        for (const key of keys) {
          servers.set(
            key,
            (servers.get(key) ?? []).filter((other) => other !== handler),
          );
        }
      },
    };
    this.#served.add(entry);
    if (this.#isConnected()) entry.attach();
    return Promise.resolve({
      cancel: () => {
        entry.detach();
        this.#served.delete(entry);
        return Promise.resolve();
      },
    });
  }

  async call(
    address: RpcAddress,
    action: string,
    body: unknown,
    options: CallOptions,
  ): Promise<unknown> {
    const pending = this.#begin(options);
    try {
      const answer = this.#ask(address, { action, body, options, pending });
      if (isIterable(answer)) {
        throw new AppError('request-invalid', `${action} answers in parts: use stream`);
      }
      return throughJson(await pending.race(answer));
    } catch (error) {
      throw asReceived(error);
    } finally {
      this.#end(pending);
    }
  }

  async *stream(
    address: RpcAddress,
    action: string,
    body: unknown,
    options: CallOptions,
  ): AsyncGenerator<unknown> {
    const pending = this.#begin(options);
    try {
      const answer = this.#ask(address, { action, body, options, pending });
      if (!isIterable(answer)) {
        yield throughJson(await pending.race(answer));
        return;
      }
      const parts = answer[Symbol.asyncIterator]();
      try {
        for (;;) {
          const part = await pending.race(parts.next());
          if (part.done) return;
          yield throughJson(part.value);
        }
      } finally {
        pending.end();
        void Promise.resolve(parts.return?.()).catch(() => undefined);
      }
    } catch (error) {
      throw asReceived(error);
    } finally {
      this.#end(pending);
    }
  }

  /** Fails what is pending and stops serving, as a cut connection does. */
  disconnect(): void {
    for (const entry of this.#served) entry.detach();
    for (const pending of this.#pending) {
      pending.abort(new AppError('bus-lost', 'the connection to the broker was lost'));
    }
  }

  /** Serves again. */
  reconnect(): void {
    for (const entry of this.#served) entry.attach();
  }

  #begin(options: CallOptions): PendingCall {
    if (!this.#isConnected()) throw new AppError('bus-lost', 'there is no connection');
    if (this.#pending.size >= RPC_PENDING_MAX) throw new AppError('too-many', 'too many calls');
    const pending = new PendingCall(this.#broker, options);
    this.#pending.add(pending);
    return pending;
  }

  #end(pending: PendingCall): void {
    pending.end();
    this.#pending.delete(pending);
  }

  #ask(
    { component, instance }: RpcAddress,
    call: { action: string; body: unknown; options: CallOptions; pending: PendingCall },
  ): Promise<unknown> | AsyncIterable<unknown> {
    const key = instance === undefined ? component : `${component}.${instance}`;
    const [handler, ...others] = this.#broker.rpcServers.get(key) ?? [];
    if (!handler) throw new AppError('component-missing', `nobody serves ${key}`);
    this.#broker.rpcServers.set(key, [...others, handler]);
    const request: RpcRequest = {
      action: call.action,
      actor: call.options.actor,
      body: throughJson(call.body),
      signal: call.pending.signal,
    };
    return handler(request);
  }
}

function isIterable(
  answer: Promise<unknown> | AsyncIterable<unknown>,
): answer is AsyncIterable<unknown> {
  return Symbol.asyncIterator in answer;
}

function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** What an error is after its way over the wire. */
function asReceived(error: unknown): unknown {
  if (error instanceof DOMException) return error;
  const { code, message, details } = toAppError(error);
  return new AppError(code, message, { details });
}
