/** What request and reply promise. */
import { expect, it } from '@jest/globals';
import { ManualClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { RPC_MESSAGE_BYTES_MAX, RPC_STREAM_WINDOW } from '../limits.ts';
import { newGeneration } from '../random.ts';
import { allParts, type BusBench, Inbox, stateIs, TEST_ACTOR } from '../testing/bus-bench.ts';
import type { RpcRequest } from './bus.ts';

const actor = TEST_ACTOR;

/** Resolves with the reason when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve(signal.reason);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}

/** Registers the tests of calls with one answer; `bench` is the present one. */
export function describeCalls(bench: () => BusBench): void {
  it('answers on the shared queue and on the instance’s own, with the actor', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `echo-${newGeneration()}`;
    await server.rpc.serve({ component, instance: 'one' }, async (request) => ({
      action: request.action,
      actor: request.actor,
      body: request.body,
    }));
    const answer = { action: 'echo.it', actor, body: { text: 'ä', list: [1, null] } };
    for (const address of [{ component }, { component, instance: 'one' }]) {
      expect(await client.rpc.call(address, 'echo.it', answer.body, { actor })).toEqual(answer);
    }
    const nothing = await client.rpc.call({ component }, 'echo.it', undefined, { actor });
    expect(nothing).toEqual({ action: 'echo.it', actor });
  });

  it('fails at once when nobody is there', async () => {
    const bus = await bench().bus();
    const component = `gone-${newGeneration()}`;
    const call = () => bus.rpc.call({ component }, 'gone.x', 1, { actor, deadlineMs: 600_000 });
    await expect(call()).rejects.toMatchObject({ code: 'component-missing' });
    const serving = await bus.rpc.serve({ component, instance: 'one' }, async () => 'here');
    expect(await call()).toBe('here');
    const other = { component, instance: 'two' };
    const wrong = bus.rpc.call(other, 'gone.x', 1, { actor, deadlineMs: 600_000 });
    await expect(wrong).rejects.toMatchObject({ code: 'component-missing' });
    await serving.cancel();
    await expect(call()).rejects.toMatchObject({ code: 'component-missing' });
  });

  it('shares requests between instances and goes on with the one that is left', async () => {
    const [first, second, client] = [await bench().bus(), await bench().bus(), await bench().bus()];
    const component = `many-${newGeneration()}`;
    await first.rpc.serve({ component, instance: 'one' }, async () => 'one');
    const serving = await second.rpc.serve({ component, instance: 'two' }, async () => 'two');
    const ask = () => client.rpc.call({ component }, 'many.x', 1, { actor });
    expect(new Set([await ask(), await ask()])).toEqual(new Set(['one', 'two']));
    await serving.cancel();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['one', 'one', 'one']);
  });

  it('carries errors with code, message and details, thrown early or late', async () => {
    const bus = await bench().bus();
    const component = `fail-${newGeneration()}`;
    const thrown = new AppError('conflict', 'changed', { details: { version: 3 } });
    await bus.rpc.serve({ component }, ({ body }) => {
      if (body === 'early') throw thrown;
      if (body === 'foreign') return Promise.reject(new Error('oops'));
      return Promise.reject(thrown);
    });
    for (const body of ['early', 'late']) {
      const call = bus.rpc.call({ component }, 'fail.x', body, { actor });
      await expect(call).rejects.toMatchObject({
        code: 'conflict',
        message: 'changed',
        details: { version: 3 },
      });
    }
    const foreign = bus.rpc.call({ component }, 'fail.x', 'foreign', { actor });
    await expect(foreign).rejects.toMatchObject({ code: 'internal', message: 'oops' });
  });

  it('ends at the deadline on both sides, and when the caller gives up', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `slow-${newGeneration()}`;
    const seen = new Inbox<RpcRequest>();
    await server.rpc.serve({ component }, (request) => {
      seen.push(request);
      return new Promise(() => undefined);
    });
    const late = client.rpc.call({ component }, 'slow.x', 1, { actor, deadlineMs: 100 });
    await expect(late).rejects.toMatchObject({ code: 'deadline-passed' });
    const [first] = seen.items;
    if (first) expect(await aborted(first.signal)).toMatchObject({ code: 'deadline-passed' });

    const controller = new AbortController();
    const options = { actor, deadlineMs: 600_000, signal: controller.signal };
    const call = client.rpc.call({ component }, 'slow.x', 1, options);
    await seen.count(2);
    controller.abort(new Error('no longer'));
    await expect(call).rejects.toThrow('no longer');
    const second = seen.items[1];
    if (second) await aborted(second.signal);
    expect(second?.signal.aborted).toBe(true);
  });

  it('fails what is pending when the link is cut, and works again after', async () => {
    const { bus, proxy } = await bench().proxied();
    const server = await bench().bus();
    const component = `cut-${newGeneration()}`;
    const seen = new Inbox<unknown>();
    await server.rpc.serve({ component }, ({ body }) => {
      seen.push(body);
      return body === 'hang' ? new Promise(() => undefined) : Promise.resolve(body);
    });
    const options = { actor, deadlineMs: 600_000 };
    const pending = bus.rpc.call({ component }, 'cut.x', 'hang', options);
    const outcome = pending.catch((error: unknown) => error);
    await seen.count(1);
    proxy.refuse(true);
    proxy.cut();
    expect(await outcome).toMatchObject({ code: 'bus-lost' });
    await stateIs(bus, 'disconnected');
    const meanwhile = bus.rpc.call({ component }, 'cut.x', 1, options);
    await expect(meanwhile).rejects.toMatchObject({ code: 'bus-lost' });
    proxy.refuse(false);
    await stateIs(bus, 'connected');
    expect(await bus.rpc.call({ component }, 'cut.x', 1, options)).toBe(1);
  });

  it('serves again after its own link was cut', async () => {
    const { bus, proxy } = await bench().proxied();
    const client = await bench().bus();
    const component = `served-${newGeneration()}`;
    await bus.rpc.serve({ component, instance: 'one' }, async () => 'here');
    proxy.cut();
    await stateIs(bus, 'disconnected');
    await stateIs(bus, 'connected');
    const address = { component, instance: 'one' };
    expect(await client.rpc.call(address, 'served.x', 1, { actor })).toBe('here');
  });

  it('brings parts of many megabytes, one right after the other', async () => {
    const bus = await bench().bus();
    const component = `parts-${newGeneration()}`;
    const part = 'x'.repeat(2_000_000);
    await bus.rpc.serve({ component }, async function* () {
      for (let sent = 0; sent < 5; sent += 1) yield part;
    });
    let bytes = 0;
    for await (const received of bus.rpc.stream({ component }, 'parts.x', 1, { actor })) {
      bytes += String(received).length;
    }
    expect(bytes).toBe(5 * part.length);
  });

  it('refuses what is too large, either way', async () => {
    const bus = await bench().bus();
    const component = `large-${newGeneration()}`;
    const large = 'x'.repeat(RPC_MESSAGE_BYTES_MAX);
    await bus.rpc.serve({ component }, async () => large);
    const asked = bus.rpc.call({ component }, 'large.x', large, { actor });
    await expect(asked).rejects.toMatchObject({ code: 'too-large' });
    const answered = bus.rpc.call({ component }, 'large.x', 1, { actor });
    await expect(answered).rejects.toMatchObject({ code: 'too-large' });
  });

  it('lets running requests finish when it stops serving', async () => {
    const bus = await bench().bus();
    const component = `stop-${newGeneration()}`;
    const gate = Promise.withResolvers<string>();
    const seen = new Inbox<RpcRequest>();
    const serving = await bus.rpc.serve({ component }, (request) => {
      seen.push(request);
      return gate.promise;
    });
    const call = bus.rpc.call({ component }, 'stop.x', 1, { actor });
    await seen.count(1);
    const stopped = serving.cancel();
    gate.resolve('finished');
    expect(await call).toBe('finished');
    await stopped;
  });

  it('is not for a Bee', async () => {
    const bus = await bench().beeBus();
    if (!bus) return;
    await bench().bus();
    const call = bus.rpc.call({ component: 'any' }, 'any.x', 1, { actor, deadlineMs: 5_000 });
    await expect(call).rejects.toMatchObject({ code: 'broker-refused' });
  });
}

/** Registers the tests of answers in parts; `bench` is the present one. */
export function describeStreams(bench: () => BusBench): void {
  it('brings all parts in order, however many', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `parts-${newGeneration()}`;
    await server.rpc.serve({ component }, async function* ({ body }) {
      for (let part = 0; part < Number(body); part += 1) yield part;
    });
    for (const count of [0, 1, RPC_STREAM_WINDOW, 5 * RPC_STREAM_WINDOW + 1]) {
      const parts = await allParts(client.rpc.stream({ component }, 'parts.x', count, { actor }));
      expect(parts).toEqual(Array.from({ length: count }, (_, index) => index));
    }
    const call = client.rpc.call({ component }, 'parts.x', 2, { actor });
    await expect(call).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('gives the single value of an action that does not stream', async () => {
    const bus = await bench().bus();
    const component = `single-${newGeneration()}`;
    await bus.rpc.serve({ component }, async () => 'one');
    const parts = bus.rpc.stream({ component }, 'single.x', 1, { actor });
    expect(await allParts(parts)).toEqual(['one']);
  });

  it('keeps the handler from running ahead of a slow caller', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `ahead-${newGeneration()}`;
    let made = 0;
    await server.rpc.serve({ component }, async function* () {
      for (; made < 10 * RPC_STREAM_WINDOW; made += 1) yield made;
    });
    let taken = 0;
    for await (const part of client.rpc.stream({ component }, 'ahead.x', 1, { actor })) {
      expect(part).toBe(taken);
      taken += 1;
      // A call to and fro gives what is under way time to arrive.
      const missing = client.rpc.call({ component: 'nobody' }, 'nobody.x', 1, { actor });
      await missing.catch(() => undefined);
      expect(made - taken).toBeLessThanOrEqual(RPC_STREAM_WINDOW);
    }
    expect(taken).toBe(10 * RPC_STREAM_WINDOW);
  });

  it('fails early where nobody begins to answer, and lets who has begun take its time', async () => {
    const clock = new ManualClock(0);
    const client = await bench().bus({ clock });
    const { bus: server, proxy } = await bench().proxied();
    const component = `begin-${newGeneration()}`;
    const goOn = Promise.withResolvers<void>();
    await server.rpc.serve({ component }, async function* () {
      yield 'one';
      await goOn.promise;
      yield 'two';
    });
    const options = { actor, acceptMs: 1_000, deadlineMs: 60_000 };
    const begun = client.rpc.stream({ component }, 'begin.x', 1, options)[Symbol.asyncIterator]();
    expect(await begun.next()).toMatchObject({ value: 'one' });
    clock.advance(2_000);
    goOn.resolve();
    expect(await begun.next()).toMatchObject({ value: 'two' });
    proxy.pause();
    const never = allParts(client.rpc.stream({ component }, 'begin.x', 1, options));
    const nobody = client.rpc.call({ component: 'nobody' }, 'nobody.x', 1, { actor });
    await nobody.catch(() => undefined);
    clock.advance(2_000);
    await expect(never).rejects.toMatchObject({ code: 'deadline-passed' });
    proxy.resume();
  });

  it('tells the handler when the caller leaves the loop', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `leave-${newGeneration()}`;
    const ended = Promise.withResolvers<boolean>();
    await server.rpc.serve({ component }, async function* ({ signal }) {
      try {
        for (let part = 0; ; part += 1) yield part;
      } finally {
        ended.resolve(signal.aborted);
      }
    });
    let taken = 0;
    for await (const _ of client.rpc.stream({ component }, 'leave.x', 1, { actor })) {
      taken += 1;
      if (taken === 3) break;
    }
    expect(await ended.promise).toBe(true);
  });

  it('tells a handler that has not said anything yet', async () => {
    const [server, client] = [await bench().bus(), await bench().bus()];
    const component = `silent-${newGeneration()}`;
    const seen = new Inbox<RpcRequest>();
    await server.rpc.serve({ component }, async function* (request) {
      seen.push(request);
      await aborted(request.signal);
      yield* [];
    });
    const controller = new AbortController();
    const options = { actor, deadlineMs: 600_000, signal: controller.signal };
    const parts = allParts(client.rpc.stream({ component }, 'silent.x', 1, options));
    const outcome = parts.catch((error: unknown) => error);
    await seen.count(1);
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({ message: 'enough' });
    const [request] = seen.items;
    if (request) await aborted(request.signal);
  });

  it('gives the parts before an error, then the error', async () => {
    const bus = await bench().bus();
    const component = `broken-${newGeneration()}`;
    await bus.rpc.serve({ component }, async function* () {
      yield 1;
      yield 2;
      throw new AppError('store-corrupt', 'bad block');
    });
    const got: unknown[] = [];
    const read = async () => {
      for await (const part of bus.rpc.stream({ component }, 'broken.x', 1, { actor })) {
        got.push(part);
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'store-corrupt', message: 'bad block' });
    expect(got).toEqual([1, 2]);
  });

  it('ends at the deadline', async () => {
    const bus = await bench().bus();
    const component = `endless-${newGeneration()}`;
    await bus.rpc.serve({ component }, async function* ({ signal }) {
      yield 1;
      await aborted(signal);
    });
    const options = { actor, deadlineMs: 200 };
    const parts = allParts(bus.rpc.stream({ component }, 'endless.x', 1, options));
    await expect(parts).rejects.toMatchObject({ code: 'deadline-passed' });
  });

  it('fails on the caller’s side, and ends on the handler’s, when the handler’s link is cut', async () => {
    const { bus: server, proxy } = await bench().proxied();
    const component = `torn-${newGeneration()}`;
    const ended = Promise.withResolvers<unknown>();
    await server.rpc.serve({ component }, async function* ({ signal }) {
      yield 1;
      ended.resolve(await aborted(signal));
    });
    const client = await bench().bus();
    const options = { actor, deadlineMs: 1_000 };
    const parts = client.rpc.stream({ component }, 'torn.x', 1, options)[Symbol.asyncIterator]();
    expect(await parts.next()).toEqual({ done: false, value: 1 });
    proxy.cut();
    expect(await ended.promise).toMatchObject({ code: 'bus-lost' });
    // Nobody is left who could tell the caller; its deadline does.
    await expect(parts.next()).rejects.toMatchObject({ code: 'deadline-passed' });
  });
}
