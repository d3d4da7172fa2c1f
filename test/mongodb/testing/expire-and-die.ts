/**
 * A honeycomb that drops a day by retention and is killed over it. Arguments: the store's address, when it
 * dies: `before` the catalogue says so, or as soon as it does. Tells on standard output when it has stored.
 */
import { writeSync } from 'node:fs';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import { ACTOR, HoneycombRig } from '../../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../../harness/eventually.ts';
import { die, openWith } from './replaced-step.ts';

const [, , url = '', when = ''] = process.argv;
const watcher = await openChunks(url);
const openStore = openWith('dropPartition', (store) => async (...what) => {
  if (when === 'before') die();
  const dropping = store.dropPartition(...what);
  while ((await watcher.catalogue()).chunks.length > 0);
  die();
  return await dropping;
});

const rig = await HoneycombRig.create({ openStore }, url);
const stored = (total: number) =>
  eventually(async () => {
    const { done } = await rig.search({ query: '', limit: 0 });
    return done.total === total ? done : undefined;
  }, `${total} lines are stored`);
await rig.publishLines('00000000000000d1', ['an old line', 'another old line']);
await stored(2);
rig.clock.advance(3 * 86_400_000);
await rig.publishLines('00000000000000d2', ['a new line']);
await stored(3);
writeSync(process.stdout.fd, 'stored\n');
const classes = [{ name: 'default', tags: [], days: 1 }];
await callAction(rig.bus, storeActions.setRetention, { classes }, { actor: ACTOR });
