import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig, until } from '../testing/rig.ts';

const DAY_MS = 86_400_000;
const { setRetention, readRetention, previewRetention } = honeycombActions;

describe('retention', () => {
  let rig: HoneycombRig;

  beforeEach(async () => {
    rig = await HoneycombRig.create();
  });

  afterEach(async () => {
    await rig.remove();
  });

  test('nothing goes unless somebody said so, and classes need a default', async () => {
    const { classes } = await callAction(rig.bus, readRetention, {}, { actor: ACTOR });
    expect(classes).toMatchObject([{ name: 'default', tags: [], active: true, chunks: 0 }]);
    const wrong = { classes: [{ name: 'audit', tags: ['audit'], days: 400 }] };
    await expect(callAction(rig.bus, setRetention, wrong, { actor: ACTOR })).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  test('the tags of each run choose its class, within one message too', async () => {
    const classes = [
      { name: 'audit', tags: ['audit', 'security'] },
      { name: 'web', tags: ['web'], days: 7 },
      { name: 'default', tags: [] },
    ];
    await callAction(rig.bus, setRetention, { classes }, { actor: ACTOR });
    const stream = streamOf(['one', 'two']);
    const run = (generation: string, tags: string[]) =>
      runOf(stream, 0, stream.length, { generation, tags });
    await rig.publish([
      run('00000000000000a1', ['web']),
      run('00000000000000a2', ['web', 'security']),
      run('00000000000000a3', ['other']),
      run('00000000000000a4', []),
    ]);
    expect((await rig.settled(8)).done.total).toBe(8);
    await rig.stop();
    const store = openSqliteStore({ folder: rig.folder });
    const segment = await store.openSegment('test');
    const found: string[] = [];
    for await (const block of segment.blocks()) {
      const generations = block.message.runs.map(({ generation }) => generation.slice(-2));
      found.push(`${block.retentionClass}: ${generations.join(' ')}`);
    }
    expect(found.sort()).toEqual(['audit: a2', 'default: a3 a4', 'web: a1']);
    await segment.close();
    await store.close();
    await rig.start();
    const again = await callAction(rig.bus, readRetention, {}, { actor: ACTOR });
    expect(again.classes).toMatchObject(classes);
  });

  test('what would go is told before, and what went as an event', async () => {
    await rig.publishLines('00000000000000b1', ['an old line', 'another']);
    await rig.settled(2);
    rig.clock.advance(3 * DAY_MS);
    await rig.publishLines('00000000000000b2', ['a new line']);
    await until(async () => (await rig.search({ query: 'line' })).done.total === 2);
    const preview = (days: number) =>
      callAction(
        rig.bus,
        previewRetention,
        { classes: [{ name: 'default', tags: [], days }] },
        { actor: ACTOR },
      );
    expect(await preview(3)).toEqual({ records: 0, storedBytes: 0 });
    expect(await preview(2)).toMatchObject({ firstDay: '2026-11-20', lastDay: '2026-11-20' });
    expect((await rig.search({ query: 'line' })).done.total).toBe(2);
    const told = Promise.withResolvers<unknown>();
    await rig.bus.events.on('store.expired', ({ body }) => told.resolve(body));
    await setDays(2);
    expect(await told.promise).toMatchObject({
      ...{ retentionClass: 'default', day: '2026-11-20', chunks: 1, records: 2 },
      storedBytes: expect.any(Number),
    });
  });

  test('what is past its age goes, sealed or not, stays unsaid, and does not come back', async () => {
    await rig.publishLines('00000000000000b1', ['an old line']);
    await rig.settled(1);
    rig.clock.advance(3 * DAY_MS);
    await rig.publishLines('00000000000000b2', ['a new line']);
    await until(async () => (await rig.search({ query: 'line' })).done.total === 2);
    await setDays(2);
    expect((await rig.search({ query: 'line' })).done.total).toBe(2);
    await setDays(1);
    const gone = await untilTotal(1);
    expect(gone.records.map(({ body }) => body)).toEqual(['a new line']);
    expect(gone.done.missing).toEqual([]);
    // A Bee that sends it again finds it held.
    await rig.publishLines('00000000000000b1', ['an old line']);
    await until(async () => (await rig.stats()).duplicateBytes > 0);
    await rig.stop();
    await rig.start();
    expect((await rig.search({ query: 'line' })).done.total).toBe(1);
  });

  const setDays = (days: number) =>
    callAction(
      rig.bus,
      setRetention,
      { classes: [{ name: 'default', tags: [], days }] },
      { actor: ACTOR },
    );

  async function untilTotal(total: number) {
    let answer = await rig.search({ query: 'line' });
    await until(async () => {
      answer = await rig.search({ query: 'line' });
      return answer.done.total === total;
    });
    return answer;
  }
});
