import { WATERMARK_INTERVAL_MS } from '@apiary/common/limits.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { groupMessageSchema } from '@apiary/common/messages/live.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

describe('a group of standing queries', () => {
  let rig: HoneycombRig;
  let live: ReturnType<typeof groupMessageSchema.parse>[];

  beforeEach(async () => {
    rig = await HoneycombRig.create();
    live = [];
    await rig.bus.live.listen('g1', (body) => {
      live.push(groupMessageSchema.parse(JSON.parse(body.toString())));
    });
  });

  afterEach(async () => {
    await rig.remove();
  });

  const standGroup = (queries: readonly { id: string; query: string }[]) =>
    callAction(
      rig.bus,
      honeycombActions.standGroup,
      { group: 'g1', leaseMs: 30_000, queries: [...queries] },
      { actor: ACTOR },
    );
  const QUERIES = [
    { id: 'q1', query: 'error' },
    { id: 'q2', query: 'warning' },
  ];

  test('shares one exchange and one watermark', async () => {
    const first = await standGroup(QUERIES);
    expect(first.positions).toMatchObject([{ committed: 0, sequences: [0, 0] }]);
    await rig.publishLines('00000000000000aa', ['error one', 'warning two', 'nothing']);
    await until(() => live.length === 2);
    rig.clock.advance(WATERMARK_INTERVAL_MS);
    await until(() => live.length === 3);
    expect(live.map((message) => (message.type === 'matches' ? message.query : 'mark'))).toEqual([
      'q1',
      'q2',
      'mark',
    ]);
    expect(live[2]).toMatchObject({ committed: 1, sequences: { q1: 1, q2: 1 } });
    const { positions } = await standGroup(QUERIES);
    expect(positions).toMatchObject([{ committed: 1, sequences: [1, 1] }]);
  });

  test('a query that comes later, or a honeycomb that starts again, names what it did not judge', async () => {
    await rig.publishLines('00000000000000aa', ['error one']);
    await rig.settled(1);
    expect((await standGroup(QUERIES)).positions).toMatchObject([{ sequences: [1, 1] }]);
    await rig.stop();
    await rig.start();
    await rig.publishLines('00000000000000bb', ['error two']);
    await until(() => live.length === 1);
    expect(live[0]).toMatchObject({ type: 'matches', query: 'q1', previous: 1, sequence: 2 });
  });

  test('its exchange goes with its last query', async () => {
    await standGroup(QUERIES);
    const unstand = (id: string) =>
      callAction(rig.bus, honeycombActions.unstand, { id }, { actor: ACTOR });
    expect(await unstand('q1')).toEqual({ existed: true });
    await rig.publishLines('00000000000000aa', ['error one', 'warning two']);
    await until(() => live.length === 1);
    expect(live[0]).toMatchObject({ query: 'q2' });
    expect(await unstand('q2')).toEqual({ existed: true });
  });
});
