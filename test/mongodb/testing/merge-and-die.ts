/**
 * A honeycomb that merges chunks and is killed over it. Arguments: the store's address, when it dies: `before` the
 * catalogue says so, when all is written, or as soon as it does. Tells on standard output when it has stored.
 */
import { writeSync } from 'node:fs';
import { HoneycombRig } from '../../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../../harness/eventually.ts';
import { die, openWith } from './replaced-step.ts';

const LINES = 30;
const ROUNDS = 9;
const [, , url = '', when = ''] = process.argv;
const stored = Promise.withResolvers<void>();
const openStore = openWith('replace', (store) => async (...what) => {
  await stored.promise;
  if (when === 'before') die();
  await store.replace(...what);
  die();
});

const rig = await HoneycombRig.create({ openStore, chunkRawBytes: 500 }, url);
for (let round = 0; round < ROUNDS; round++) {
  const lines = Array.from({ length: LINES }, (_, line) => `a round ${round} has line ${line}`);
  await rig.publishLines(`00000000000000${String(round).padStart(2, '0')}`, lines);
  // What is taken in at once is in one chunk.
  await eventually(async () => {
    const { done } = await rig.search({ query: 'round', limit: 0 });
    return done.total === (round + 1) * LINES ? done : undefined;
  }, `round ${round} is stored`);
}
writeSync(process.stdout.fd, 'stored\n');
stored.resolve();
