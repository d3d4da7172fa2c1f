/**
 * A honeycomb that goes through everything that it commits, and dies at a point. Arguments: the store's folder, the
 * point. Tells what it was told as JSON lines. Exits with 0 when the point was never reached.
 */
import { writeSync } from 'node:fs';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import { storeActions } from '@apiary/common/messages/actions/store.ts';
import { ACTOR, HoneycombRig, until } from '../../testing/rig.ts';
import { FaultPoints } from './fault-points.ts';
import { CHUNK_RAW_BYTES, generationOf, LINES, linesOf, ROUNDS, UNWANTED } from './life-story.ts';

const [, , folder = '', dieAt = ''] = process.argv;
const tell = (fact: Readonly<Record<string, unknown>>) =>
  writeSync(process.stdout.fd, `${JSON.stringify(fact)}\n`);
const faults = new FaultPoints(dieAt, (point) => tell({ point }));
const options = { chunkRawBytes: CHUNK_RAW_BYTES, openStore: faults.open };
const rig = await HoneycombRig.create(options, `sqlite:${folder}`);

async function publish(round: number): Promise<void> {
  const before = (await rig.stats()).records;
  await rig.publishLines(generationOf(round), linesOf(round));
  await until(async () => (await rig.stats()).records === before + LINES);
  tell({ acked: round });
}

for (let round = 0; round < ROUNDS - 1; round++) await publish(round);
// They were merged, and nothing is under way any more.
await until(async () => (await rig.stats()).chunks < ROUNDS / 2);

faults.step = 'delete';
const request = { lines: { query: UNWANTED } };
for await (const { isDone } of streamAction(rig.bus, storeActions.deleteLines, request, {
  actor: ACTOR,
})) {
  tell({ deletion: isDone ? 'done' : 'begun' });
}

faults.step = 'expire';
rig.clock.advance(3 * 86_400_000);
await publish(ROUNDS - 1);
const classes = [{ name: 'default', tags: [], days: 1 }];
await callAction(rig.bus, storeActions.setRetention, { classes }, { actor: ACTOR });
await until(async () => (await rig.search({ query: '', limit: 0 })).done.total === LINES);
tell({ expired: true });
await rig.stop();
process.exit(0);
