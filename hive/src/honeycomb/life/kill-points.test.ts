/** kill -9 at every point at which honeycomb commits something: what it had told of is there once, and what comes again doubles nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { HoneycombRig, until } from '../testing/rig.ts';
import { CHUNK_RAW_BYTES, generationOf, linesOf, ROUNDS, UNWANTED } from './testing/life-story.ts';

const CHILD = join(import.meta.dirname, 'testing', 'live-and-die.ts');
const PHASES = ['before', 'uncommitted', 'after'];
const WRITES = [
  ...['store/append#6', 'store/seal#1'],
  // Compaction swaps.
  'store/replace#1',
  ...['delete/keepNote#1', 'delete/replace#1', 'delete/keepNote#2'],
  ...['expire/append#1', 'expire/dropPartition#1'],
];
/** What wipes has no transaction. */
const WIPES = ['delete/reclaim:before#1', 'delete/reclaim:after#1', 'delete/reclaim:after#2'];
const POINTS = [
  ...WRITES.flatMap((write) => PHASES.map((phase) => write.replace('#', `:${phase}#`))),
  ...WIPES,
];

interface Told {
  readonly acked: Set<number>;
  /** `begun` once it was promised. */
  deletion: string | undefined;
  expired: boolean;
  readonly points: Set<string>;
  readonly signal: NodeJS.Signals | null;
}

async function liveAndDie(folder: string, point: string): Promise<Told> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CHILD, folder, point],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const told = {
    acked: new Set<number>(),
    deletion: undefined as string | undefined,
    expired: false,
    points: new Set<string>(),
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const fact = JSON.parse(line);
    if (fact.acked !== undefined) told.acked.add(fact.acked);
    if (fact.point !== undefined) told.points.add(fact.point);
    told.deletion = fact.deletion ?? told.deletion;
    told.expired ||= fact.expired === true;
  }
  const [, signal] = await exited;
  return { ...told, signal };
}

/** Everything that the store has, each line with how often. */
async function linesIn(rig: HoneycombRig): Promise<Map<string, number>> {
  const { records, done } = await rig.search({ query: '', limit: 10_000 });
  expect(done.missing).toEqual([]);
  expect(done.total).toBe(records.length);
  const lines = new Map<string, number>();
  for (const { body } of records) lines.set(body, (lines.get(body) ?? 0) + 1);
  return lines;
}

describe('killed where it commits', () => {
  test.each(POINTS)(
    'at %s nothing that was told is lost, and nothing is doubled',
    async (point) => {
      const folder = await mkdtemp(join(tmpdir(), 'apiary-points-'));
      try {
        const told = await liveAndDie(folder, point);
        expect(told.signal).toBe('SIGKILL');
        const rig = await HoneycombRig.create(
          { chunkRawBytes: CHUNK_RAW_BYTES },
          `sqlite:${folder}`,
        );
        try {
          // A deletion that was promised goes on by itself.
          const isDeleting = told.deletion !== undefined;
          const query = `${UNWANTED} NOT "round ${ROUNDS - 1}"`;
          const isGone = async () => (await rig.search({ query, limit: 0 })).done.total === 0;
          const last = linesOf(ROUNDS - 1);
          if (isDeleting) await until(isGone);
          const found = await linesIn(rig);
          expect([...found.values()].every((count) => count === 1)).toBe(true);
          // Retention takes whole days: all of one are there, or none.
          const isOld = (line: string) => !last.includes(line);
          const hasOld = [...found.keys()].some(isOld);
          if (told.acked.size > 0 && !point.startsWith('expire/dropPartition')) {
            expect(hasOld).toBe(true);
          }
          for (const round of told.acked) {
            for (const line of linesOf(round)) {
              const hasGone =
                isOld(line) &&
                ((isDeleting && line.includes(UNWANTED)) || (!hasOld && told.acked.size > 0));
              // What was asked for and not promised yet may have gone.
              const isOpen = point.startsWith('delete/keepNote') && line.includes(UNWANTED);
              if (!isOpen) expect([line, found.has(line)]).toEqual([line, !hasGone]);
            }
          }
          await bringAgain(rig, told, found);
        } finally {
          await rig.remove();
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

/** The broker and the Bees bring everything again: what was stored stays as it is, what was not is added. */
async function bringAgain(
  rig: HoneycombRig,
  told: Told,
  found: ReadonlyMap<string, number>,
): Promise<void> {
  const { duplicateBytes, records } = await rig.stats();
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await rig.publishLines(generationOf(round), linesOf(round));
    bytes += linesOf(round).join('\n').length + 1;
  }
  const stored = async () => {
    const now = await rig.stats();
    const fresh = await linesIn(rig);
    const added = [...fresh.keys()].filter((line) => !found.has(line)).join('\n').length;
    const addedBytes = added === 0 ? 0 : added + 1;
    return now.duplicateBytes - duplicateBytes + addedBytes >= bytes;
  };
  await until(stored);
  const after = await linesIn(rig);
  expect([...after.values()].every((count) => count === 1)).toBe(true);
  expect((await rig.stats()).records).toBeGreaterThanOrEqual(records);
  for (let round = 0; round < ROUNDS; round++) {
    const lines = linesOf(round);
    if (told.acked.has(round)) {
      // What was told comes to nothing more than it was.
      for (const line of lines) expect([line, after.has(line)]).toEqual([line, found.has(line)]);
    }
  }
}
