/**
 * A honeycomb that takes lines out of chunks and is killed over it. Arguments: the address of log data and documents, when
 * it dies: `before` the catalogue says so, when all is written, or as soon as it does. Tells on standard output when it has stored.
 */
import { writeSync } from 'node:fs';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import { ACTOR, HoneycombRig } from '../../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../../harness/eventually.ts';
import { die, openWith } from './replaced-step.ts';

const LINES = 30;
const [, , url = '', when = ''] = process.argv;
const openStore = openWith('replace', (store) => async (...what) => {
  if (when === 'before') die();
  await store.replace(...what);
  die();
});

const rig = await HoneycombRig.create({ openStore }, url, url);
announceChanges(rig.documents, rig.bus);
for (let round = 0; round < 3; round++) {
  const lines = Array.from({ length: LINES }, (_, line) =>
    line % 3 === 0 ? `a hushhush line ${line} of ${round}` : `a plain line ${line} of ${round}`,
  );
  await rig.publishLines(`00000000000000${String(round).padStart(2, '0')}`, lines);
}
await eventually(async () => {
  const { done } = await rig.search({ query: '', limit: 0 });
  return done.total === 3 * LINES ? done : undefined;
}, 'all is stored');
writeSync(process.stdout.fd, 'stored\n');
const request = { lines: { query: 'hushhush' } };
for await (const _ of streamAction(rig.bus, storeActions.deleteLines, request, { actor: ACTOR }));
