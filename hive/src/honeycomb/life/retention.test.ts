import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACTOR, HoneycombRig } from '../testing/rig.ts';

const { setRetention, readRetention } = honeycombActions;

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
});
