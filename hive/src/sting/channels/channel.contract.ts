/** How every channel behaves, against a local server that speaks its protocol. */
import { systemClock } from '@apiary/common/clock.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Device } from '../model.ts';
import { type Resolve, systemResolve } from '../outbound/address.ts';
import { sendOutbound } from '../outbound/request.ts';
import { makeNotification } from '../testing/notifications.ts';
import { resultOfFailure } from './answer.ts';
import type {
  Channel,
  ChannelEnvironment,
  ChannelType,
  Notification,
  SendResult,
} from './channel.ts';

/** What the other side received. */
export interface Received {
  /** Everything that a person might read of it. */
  readonly text: string;
  /** By which the other side can tell a repetition; undefined where its protocol has no such thing. */
  readonly key: string | undefined;
}

/** A channel's other side. */
export interface ChannelRig {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly device?: Device;
  received(): readonly Received[];
  /** The next request fails as a server does that has trouble. */
  failNext(): void;
  /** The next request is refused for good. */
  refuseNext(): void;
  /** The next request is told to come back in 7 seconds; absent where that cannot be said. */
  limitNext?(): void;
  /** The next request gets no answer; absent where the library has its own clock. */
  hangNext?(): void;
  /** The next request is redirected; absent where there are no redirects. */
  redirectNext?(): void;
  /** Nobody listens any more. */
  stop(): Promise<void>;
}

/** Environment of a channel in tests. */
export function testEnvironment(resolve: Resolve = systemResolve): ChannelEnvironment {
  return {
    clock: systemClock,
    resolve,
    request: (request) => sendOutbound(request, resolve),
  };
}

/** Runs the suite. */
export function describeChannel(type: ChannelType, make: () => Promise<ChannelRig>): void {
  describe(`the channel ${type.kind}`, () => {
    let rig: ChannelRig;
    let channel: Channel;

    beforeEach(async () => {
      rig = await make();
      channel = type.open(rig.fields, testEnvironment());
    });
    afterEach(async () => {
      await channel.close();
      await rig.stop();
    });

    async function send(
      notification: Notification = makeNotification(),
      over: { readonly isFirst?: boolean; readonly signal?: AbortSignal; via?: Channel } = {},
    ): Promise<SendResult> {
      const { isFirst = true, signal = new AbortController().signal, via = channel } = over;
      const order = { notification, device: rig.device, memory: {}, isFirst, signal };
      return await via.send(order).catch(resultOfFailure);
    }

    test('title, a matching line and what happened arrive', async () => {
      expect(await send()).toMatchObject({ outcome: 'sent' });
      expect(rig.received()).toHaveLength(1);
      const text = rig.received()[0]?.text ?? '';
      expect(text).toContain('Disk full on web-1');
      expect(text).toContain('No space left on device');
    });

    test('every kind of message is taken', async () => {
      for (const kind of ['fired', 'repeated', 'escalated', 'acknowledged', 'resolved'] as const) {
        const id = `alert-1:${kind}`;
        expect(await send(makeNotification({ kind, id }))).toMatchObject({ outcome: 'sent' });
      }
    });

    test('a repeated attempt carries the same key, another message another one', async () => {
      await send();
      await send(makeNotification(), { isFirst: false });
      await send(makeNotification({ id: 'alert-2:fired', alert: 'alert-2' }));
      const keys = rig.received().map(({ key }) => key);
      if (keys[0] === undefined) return;
      expect(keys[0]).not.toBe(keys.at(-1));
      // A channel that recognises the repetition does not even send it.
      expect(new Set(keys).size).toBe(2);
    });

    test('trouble on the other side is tried again', async () => {
      rig.failNext();
      expect(await send()).toMatchObject({ outcome: 'retry' });
      expect(await send(makeNotification(), { isFirst: false })).toMatchObject({ outcome: 'sent' });
    });

    test('a refusal is told with its reason', async () => {
      rig.refuseNext();
      const result = await send();
      expect(result.outcome).toBe('refused');
      expect(result.note).not.toBe('');
      expect(rig.received()).toHaveLength(0);
    });

    test('a rate limit is obeyed', async () => {
      if (!rig.limitNext) return;
      rig.limitNext();
      expect(await send()).toMatchObject({
        outcome: 'retry',
        afterMs: 7000,
        pausesChannel: true,
      });
    });

    test('an answer that does not come is no delivery', async () => {
      if (!rig.hangNext) return;
      rig.hangNext();
      const result = await send(makeNotification(), { signal: AbortSignal.timeout(100) });
      expect(result).toMatchObject({ outcome: 'retry', note: 'no answer in time' });
    });

    test('nobody there is tried again', async () => {
      await rig.stop();
      expect(await send()).toMatchObject({ outcome: 'retry' });
    });

    test('a redirect is not followed', async () => {
      if (!rig.redirectNext) return;
      rig.redirectNext();
      expect(await send()).toMatchObject({ outcome: 'refused' });
      expect(rig.received()).toHaveLength(0);
    });

    test('private addresses are refused unless the set-up allows them', async () => {
      const strict = type.open({ ...rig.fields, privateAddress: false }, testEnvironment());
      const result = await send(makeNotification(), { via: strict });
      await strict.close();
      expect(result).toMatchObject({ outcome: 'refused' });
      expect(result.note).toContain('address-forbidden');
      expect(rig.received()).toHaveLength(0);
    });

    test('hostile and huge log text arrives as data', async () => {
      const evil = '\u001b[2J\u0000\r\nX-Evil: 1\r\n<!channel> {noformat} ``` & <b>😀';
      const text = `${evil} ${'x'.repeat(1500)} ${'\ud83d'}`;
      const line = { time: Number.NaN, host: evil, id: 'x:0', text, matching: true };
      const hostile = makeNotification({
        title: evil,
        text: evil.repeat(40),
        lines: Array.from({ length: 100 }, () => line),
      });
      expect(await send(hostile)).toMatchObject({ outcome: 'sent' });
      const received = rig.received()[0]?.text ?? '';
      expect(received).toContain('X-Evil');
      expect(received).not.toContain('\u001b');
      expect(received).not.toContain('\u0000');
    });
  });
}
