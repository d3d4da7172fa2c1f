/**
 * A honeycomb that merges chunks and is killed over it. Arguments: the store's address, when it dies: `before` the
 * catalogue says so, when all is written, or as soon as it does. Tells on standard output when it has stored.
 */
import { writeSync } from 'node:fs';
import type { ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { openChunks } from '@apiary/common/chunks/open.ts';
import { HoneycombRig } from '../../../hive/src/honeycomb/testing/rig.ts';
import { eventually } from '../../harness/eventually.ts';

const LINES = 30;
const ROUNDS = 9;
const [, , url = '', when = ''] = process.argv;
const stored = Promise.withResolvers<void>();
const openStore: typeof openChunks = async (...given) => {
  const store = await openChunks(...given);
  const die = () => process.kill(process.pid, 'SIGKILL');
  const replace: ChunkStore['replace'] = async (...what) => {
    await stored.promise;
    if (when === 'before') die();
    await store.replace(...what);
    die();
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'replace') return replace;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

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
