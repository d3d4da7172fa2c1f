import { WATERMARK_INTERVAL_MS } from '@apiary/common/limits.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import {
  type LiveMatches,
  type LiveMessage,
  type LiveWatermark,
  liveMessageSchema,
} from '@apiary/common/messages/live.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const A = '00000000000000aa';
const B = '00000000000000bb';

describe('standing queries', () => {
  let rig: HoneycombRig;
  let live: LiveMessage[];

  beforeEach(async () => {
    rig = await HoneycombRig.create({ chunkRawBytes: 200 });
    live = [];
  });

  afterEach(async () => {
    await rig.remove();
  });

  async function stand(query: string, more: { recordsMax?: number; leaseMs?: number } = {}) {
    const request = { id: 'q1', query, leaseMs: 30_000, ...more };
    const answer = await callAction(rig.bus, honeycombActions.stand, request, { actor: ACTOR });
    await rig.bus.live.listen('q1', (body) => {
      live.push(liveMessageSchema.parse(JSON.parse(body.toString())));
    });
    return answer.positions;
  }

  const matches = () => live.filter((each): each is LiveMatches => each.type === 'matches');
  const marks = () => live.filter((each): each is LiveWatermark => each.type === 'watermark');
  const bodies = () => matches().flatMap(({ records }) => records.map(({ body }) => body));

  test('matches come as they are committed, each message naming the one before', async () => {
    const [position] = await stand('error');
    expect(position).toMatchObject({ committed: 0, sequences: [0], isOver: false });
    await rig.publishLines(A, ['error one', 'all is well']);
    await until(() => live.length === 1);
    await rig.publishLines(B, ['nothing']);
    await rig.publishLines('00000000000000cc', ['error two']);
    await until(() => live.length === 2);
    expect(bodies()).toEqual(['error one', 'error two']);
    expect(matches().map(({ previous, sequence }) => [previous, sequence])).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(matches()[0]).toMatchObject({ instance: position?.instance, epoch: position?.epoch });
  });

  test('a watermark tells once a second how far everything was judged, while commits flow', async () => {
    await stand('error');
    await rig.publishLines(A, ['error one']);
    await rig.publishLines(B, ['nothing']);
    await rig.settled(2);
    rig.clock.advance(WATERMARK_INTERVAL_MS);
    await until(() => marks().length === 1);
    expect(marks()[0]).toMatchObject({ sequence: 1, committed: 2, atMs: rig.clock.now() });
    rig.clock.advance(10 * WATERMARK_INTERVAL_MS);
    expect(marks()).toHaveLength(1);
  });

  test('more matches than are wanted are counted', async () => {
    await stand('error', { recordsMax: 2 });
    await rig.publishLines(A, ['error 1', 'error 2', 'error 3', 'error 4', 'error 5']);
    await until(() => live.length === 1);
    expect(bodies()).toEqual(['error 1', 'error 2']);
    expect(matches()[0]?.omitted).toBe(3);
  });

  test('a record that grows comes again as a whole, and history never', async () => {
    await stand('error');
    const stream = streamOf(['an error occurred']);
    await rig.publish([runOf(stream, 0, 10, { generation: A })]);
    await until(() => live.length === 1);
    await rig.publish([runOf(stream, 10, stream.length, { generation: A })]);
    await until(() => live.length === 2);
    await rig.publish([runOf(stream, 0, stream.length, { generation: B, history: true })]);
    await rig.settled(2);
    expect(bodies()).toEqual(['an error o', 'an error occurred']);
    expect(new Set(matches().map(({ records }) => records[0]?.id)).size).toBe(1);
  });

  test('a lease that is not renewed ends, and one that is stays', async () => {
    await stand('error', { leaseMs: 2000 });
    rig.clock.advance(1500);
    await callAction(
      rig.bus,
      honeycombActions.stand,
      { id: 'q1', query: 'error', leaseMs: 2000 },
      { actor: ACTOR },
    );
    rig.clock.advance(1500);
    await rig.publishLines(A, ['error one']);
    await until(() => live.length === 1);
    rig.clock.advance(1000);
    await rig.publishLines(B, ['error two']);
    await rig.settled(2);
    expect(matches()).toHaveLength(1);
    const options = { actor: ACTOR };
    const gone = await callAction(rig.bus, honeycombActions.unstand, { id: 'q1' }, options);
    expect(gone).toEqual({ existed: false });
  });

  test('a restart judges what is registered', async () => {
    await stand('error');
    await rig.stop();
    await rig.start();
    await rig.bus.live.listen('q1', (body) => {
      live.push(liveMessageSchema.parse(JSON.parse(body.toString())));
    });
    await rig.publishLines(A, ['error after the restart']);
    await until(() => live.length > 0);
    expect(bodies()).toContain('error after the restart');
  });

  test('what was missed is read by its sequences, from chunks and open ones, oldest first', async () => {
    for (let index = 1; index <= 40; index++) {
      const generation = index.toString(16).padStart(16, '0');
      await rig.publishLines(generation, [`error ${index}`, `fine ${index}`]);
    }
    await rig.settled(80);
    await until(async () => (await rig.stats()).chunks > 0);
    const request = { query: 'error', epoch: 1, after: 3, to: 37 };
    const found: string[] = [];
    let last = 0;
    for await (const part of streamAction(rig.bus, honeycombActions.missed, request, {
      actor: ACTOR,
    })) {
      found.push(...part.records.map(({ body }) => body));
      expect(part.sequence).toBeGreaterThanOrEqual(last);
      last = part.sequence;
    }
    expect(found).toEqual(Array.from({ length: 34 }, (_, index) => `error ${index + 4}`));
    expect(last).toBe(37);
  });
});
