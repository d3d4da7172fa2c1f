/** What every driver of chunks promises. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Run } from '../messages/data/run.ts';
import { appendOf, runOf, streamOf } from '../testing/chunk-runs.ts';
import type {
  AppendOutcome,
  Block,
  ChunkStore,
  NewChunk,
  RunOutcome,
  Segment,
  SequenceRange,
} from './chunks.ts';

/** A place for one store: opened several times, by one owner after another. */
export interface ChunkStorePlace {
  open(options?: { readonly bytesMax?: number }): Promise<ChunkStore>;
  remove(): Promise<void>;
}

const LINES = Array.from({ length: 40 }, (_, index) => `line ${index} of the stream`);
const STREAM = streamOf(LINES);
const PARTITION = { day: '2026-11-20', retentionClass: 'default' } as const;

/**
 * Runs the suite on a driver.
 *
 * @param owners `one` at a time, or `many` with a segment each
 */
export function describeChunkStore(
  name: string,
  make: () => Promise<ChunkStorePlace>,
  owners: 'one' | 'many' = 'one',
): void {
  if (owners === 'many') describeManyOwners(name, make);
  describe(name, () => {
    let place: ChunkStorePlace;
    let store: ChunkStore;
    let segment: Segment;

    beforeEach(async () => {
      place = await make();
      store = await place.open();
      segment = await store.openSegment('one');
    });

    afterEach(async () => {
      await segment.close();
      await store.close();
      await place.remove();
    });

    async function reopen(options?: { readonly bytesMax?: number }): Promise<void> {
      await segment.close();
      await store.close();
      store = await place.open(options);
      segment = await store.openSegment('two');
    }

    test('what was appended is there after the store was opened again, numbered on', async () => {
      const [first] = await segment.append([appendOf([runOf(STREAM, 0, 100)])]);
      expect(first?.sequence).toBe(1);
      const epoch = segment.epoch;
      await reopen();
      expect(segment.epoch).toBeGreaterThan(epoch);
      expect(segment.lastSequence()).toBe(1);
      const [second] = await segment.append([appendOf([runOf(STREAM, 100, 200)])]);
      expect(second?.sequence).toBe(2);
      expect(bytesIn(await blocksOf(segment))).toEqual(STREAM.subarray(0, 200));
      expect(await store.ranges('00000000000000aa')).toEqual([{ from: 0, to: 200 }]);
    });

    test('bytes that are held are not stored again, and need no sequence', async () => {
      const message = appendOf([runOf(STREAM, 0, 100)]);
      const outcomes = await segment.append([message, message]);
      expect(outcomes.map((outcome) => outcome.sequence)).toEqual([1, undefined]);
      expect(outcomes[1]?.runs).toEqual([{ kind: 'held' }]);
      expect(await blocksOf(segment)).toHaveLength(1);
    });

    test('other bytes under the same position differ, and the rest of the message is stored', async () => {
      await segment.append([appendOf([runOf(STREAM, 0, 100)])]);
      const forged = Buffer.from(STREAM);
      forged[50] = 0;
      const other = { generation: '00000000000000bb' };
      const [outcome] = await segment.append([
        appendOf([runOf(forged, 0, 100), runOf(STREAM, 0, 10, other)]),
      ]);
      expect(outcome?.runs.map((run) => run.kind)).toEqual(['differs', 'stored']);
      expect(outcome?.runs[0]).toEqual({ kind: 'differs', from: 0, to: 100 });
      expect(outcome?.sequence).toBe(2);
    });

    test('streams cut anew, out of order and again are stored once', async () => {
      const cut = fc
        .tuple(fc.nat(STREAM.length), fc.nat(STREAM.length))
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      let generation = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(cut, { maxLength: 10 }), async (cuts) => {
          const id = { generation: (++generation).toString(16).padStart(16, '0') };
          const runs = [...cuts, [0, STREAM.length] as const].map(([from, to]) =>
            runOf(STREAM, from, to, id),
          );
          const before = segment.lastSequence();
          await segment.append(runs.slice(0, 3).map((run) => appendOf([run])));
          for (const run of runs.slice(3)) await segment.append([appendOf([run])]);
          const first = before + 1;
          const blocks = await blocksOf(segment, { first, last: segment.lastSequence() });
          expect(bytesIn(blocks)).toEqual(STREAM);
          expect(await store.ranges(id.generation)).toEqual([{ from: 0, to: STREAM.length }]);
        }),
        { numRuns: 25 },
      );
    });

    test('sealing puts a chunk in the place of blocks, and what is kept of them stays', async () => {
      await segment.append([
        appendOf([runOf(STREAM, 0, 100)]),
        appendOf([runOf(STREAM, 100, 250)]),
      ]);
      const [, second] = await blocksOf(segment);
      if (!second) throw new Error('no second block');
      const rest: Block = {
        ...second,
        message: { ...second.message, runs: [runOf(STREAM, 240, 250)] },
      };
      const before = await store.catalogue();
      await segment.seal(
        [chunkOf('chunk-1', [Buffer.from('a'), Buffer.from('bc')])],
        [1, 2],
        [rest],
      );
      const after = await store.catalogue();
      expect(after.version).toBeGreaterThan(before.version);
      expect(after.chunks.map((chunk) => chunk.id)).toEqual(['chunk-1']);
      expect((await store.readSection('chunk-1', 1)).toString()).toBe('bc');
      await reopen();
      const left = await blocksOf(segment);
      expect(left.map((block) => block.sequence)).toEqual([2]);
      expect(bytesIn(left)).toEqual(STREAM.subarray(240, 250));
      expect(segment.lastSequence()).toBe(2);
      const { version, chunks } = await store.catalogue();
      expect({ version, chunks }).toEqual({ version: after.version, chunks: after.chunks });
    });

    test('sealing leaves blocks that were not taken', async () => {
      for (let at = 0; at < 60; at += 10)
        await segment.append([appendOf([runOf(STREAM, at, at + 10)])]);
      await segment.seal([chunkOf('chunk-1')], [1, 2, 5]);
      const left = await blocksOf(segment);
      expect(left.map((block) => block.sequence)).toEqual([3, 4, 6]);
    });

    test('replacing chunks is one change of the catalogue', async () => {
      await segment.seal([chunkOf('chunk-1'), chunkOf('chunk-2')], []);
      await store.replace(['chunk-1', 'chunk-2'], [chunkOf('chunk-3')]);
      const { chunks } = await store.catalogue();
      expect(chunks.map((chunk) => chunk.id)).toEqual(['chunk-3']);
      // Where it is shared, whoever began before can read what was replaced until then.
      await store.reclaim(true);
      await expect(store.readSection('chunk-1', 0)).rejects.toMatchObject({ code: 'not-found' });
      expect((await store.readSection('chunk-3', 0)).toString()).toBe('chunk-3');
      await expect(store.replace(['gone'], [chunkOf('chunk-4')])).rejects.toMatchObject({
        code: 'not-found',
      });
      expect((await store.catalogue()).chunks.map((chunk) => chunk.id)).toEqual(['chunk-3']);
    });

    test('a note stays until it is taken out', async () => {
      expect(await store.note('plans')).toBeUndefined();
      await store.keepNote('plans', 'first');
      await store.keepNote('plans', 'second');
      await reopen();
      expect(await store.note('plans')).toBe('second');
      await store.keepNote('plans', undefined);
      expect(await store.note('plans')).toBeUndefined();
    });

    test('a dropped partition takes its blocks and chunks with it, and nothing comes back', async () => {
      const next = { arrivedMs: Date.UTC(2026, 10, 21, 0) };
      await segment.append([
        appendOf([runOf(STREAM, 0, 100)]),
        appendOf([runOf(STREAM, 100, 200)], next),
      ]);
      await segment.seal([chunkOf('chunk-1')], []);
      const gone = await store.dropPartition(PARTITION);
      expect(gone.map(({ id }) => id)).toEqual(['chunk-1']);
      expect((await store.catalogue()).chunks).toEqual([]);
      await reopen();
      expect(bytesIn(await blocksOf(segment))).toEqual(STREAM.subarray(100, 200));
      const [again] = await segment.append([appendOf([runOf(STREAM, 0, 200)])]);
      expect(again?.runs).toEqual([{ kind: 'held' }]);
    });

    test('what is sealed into a partition that was dropped is there, until it is dropped again', async () => {
      await segment.seal([chunkOf('chunk-1')], []);
      await store.dropPartition(PARTITION);
      await segment.seal([chunkOf('chunk-2')], []);
      await store.reclaim();
      expect((await store.readSection('chunk-2', 0)).toString()).toBe('chunk-2');
      await reopen();
      expect((await store.readSection('chunk-2', 0)).toString()).toBe('chunk-2');
      const upkeep = await store.takeUpkeep('two');
      const gone = await store.dropPartition(PARTITION, upkeep);
      expect(gone.map(({ id }) => id)).toEqual(['chunk-2']);
      expect((await store.catalogue()).chunks).toEqual([]);
      await expect(store.readSection('chunk-2', 0)).rejects.toMatchObject({ code: 'not-found' });
      await upkeep?.end();
    });

    const testOne = owners === 'one' ? test : () => undefined;
    testOne(
      'a second owner is told that the store is in use, until the first lets go',
      async () => {
        const other = await place.open();
        await expect(other.openSegment('other')).rejects.toMatchObject({ code: 'store-in-use' });
        await segment.close();
        const taken = await other.openSegment('other');
        expect(taken.epoch).toBeGreaterThan(segment.epoch);
        await taken.close();
        await other.close();
      },
    );

    test('without room nothing is stored, and with room again everything is', async () => {
      await reopen({ bytesMax: 250_000 });
      const stream = streamOf(Array.from({ length: 20_000 }, () => crypto.randomUUID()));
      const append = (from: number) =>
        segment.append([appendOf([runOf(stream, from, from + 9250)])]);
      let stored = 0;
      const fill = async () => {
        for (; stored < stream.length; stored += 9250) await append(stored);
      };
      await expect(fill()).rejects.toMatchObject({ code: 'store-full' });
      expect(await store.ranges('00000000000000aa')).toEqual([{ from: 0, to: stored }]);
      expect(bytesIn(await blocksOf(segment))).toEqual(stream.subarray(0, stored));
      await reopen();
      await append(stored);
      expect(await store.ranges('00000000000000aa')).toEqual([{ from: 0, to: stored + 9250 }]);
    });

    test('a mapped run keeps its bodies', async () => {
      const mapped: Run = {
        ...runOf(streamOf(['1 aa', '1 bb']), 0, 10),
        data: Buffer.from('aabb'),
        bodyLengths: Uint32Array.of(2, 2),
      };
      await segment.append([appendOf([mapped])]);
      const [block] = await blocksOf(segment);
      expect(Buffer.from(block?.message.runs[0]?.data ?? []).toString()).toBe('aabb');
      expect([...(block?.message.runs[0]?.bodyLengths ?? [])]).toEqual([2, 2]);
    });
  });
}

/** What a driver with room for several owners promises beside. */
function describeManyOwners(name: string, make: () => Promise<ChunkStorePlace>): void {
  describe(`${name}, several owners`, () => {
    let place: ChunkStorePlace;
    let stores: ChunkStore[];

    beforeEach(async () => {
      place = await make();
      stores = await Promise.all([place.open(), place.open(), place.open()]);
    });

    afterEach(async () => {
      for (const store of stores) await store.close();
      await place.remove();
    });

    const open = async (count: number) => {
      const segments: Segment[] = [];
      for (const [index, store] of stores.slice(0, count).entries()) {
        segments.push(await store.openSegment(`owner-${index}`));
      }
      return segments;
    };

    /** Takes over what a segment holds although its owner lives. */
    const takeOver = async (victim: Segment, store: ChunkStore) => {
      const orphan = { id: victim.id, instance: victim.instance, epoch: victim.epoch };
      const taken = await store.adopt(orphan, 'heir');
      if (!taken) throw new Error('not adopted');
      return taken;
    };

    test('each has a segment of its own, and what all append at once is stored once', async () => {
      const segments = await open(3);
      expect(new Set(segments.map(({ epoch }) => epoch)).size).toBe(3);
      const cuts = Array.from({ length: 12 }, (_, index) => index * 60);
      const outcomes = await Promise.all(
        segments.map(async (segment, own) => {
          const all: AppendOutcome[] = [];
          // Each in another order and cut elsewhere, as after a redelivery.
          for (const index of cuts.keys()) {
            const from = cuts[(index * (own + 1) * 5) % cuts.length] ?? 0;
            const run = runOf(STREAM, from, Math.min(from + 60 + own * 7, STREAM.length));
            all.push(...(await segment.append([appendOf([run])])));
          }
          return all;
        }),
      );
      expect(outcomes.flat().flatMap(({ runs }) => runs.filter(isDifferent))).toEqual([]);
      const rest = await segments[0]?.append([appendOf([runOf(STREAM, 0, STREAM.length)])]);
      expect(rest).toHaveLength(1);
      const blocks = await Promise.all(segments.map((segment) => blocksOf(segment)));
      expect(bytesIn(blocks.flat())).toEqual(STREAM);
      for (const segment of segments) await segment.close();
    });

    test('whoever begins later numbers higher, whatever became of those before', async () => {
      const [one, two] = await open(2);
      const sequences: (number | undefined)[] = [];
      const append = async (segment: Segment | undefined, from: number) => {
        const outcomes = await segment?.append([appendOf([runOf(STREAM, from, from + 10)])]);
        sequences.push(outcomes?.[0]?.sequence);
      };
      await append(one, 0);
      await append(two, 10);
      await one?.close();
      const three = await stores[2]?.openSegment('owner-2');
      expect(three?.id).toBe(one?.id);
      await append(three, 20);
      await three?.close();
      await two?.close();
      expect(sequences).toEqual([...sequences].sort((a, b) => Number(a) - Number(b)));
      expect(new Set(sequences).size).toBe(3);
    });

    test('chunks of all are in one catalogue, seen by all', async () => {
      const [one, two] = await open(2);
      await one?.seal([chunkOf('chunk-1')], []);
      await two?.seal([chunkOf('chunk-2')], []);
      for (const store of stores) {
        const { chunks } = await store.catalogue();
        expect(chunks.map(({ id }) => id)).toEqual(['chunk-1', 'chunk-2']);
        expect((await store.readSection('chunk-2', 0)).toString()).toBe('chunk-2');
      }
      await stores[2]?.replace(['chunk-1'], [chunkOf('chunk-3')]);
      const again = stores[0]?.replace(['chunk-1'], [chunkOf('chunk-4')]);
      await expect(again).rejects.toMatchObject({ code: 'not-found' });
      await one?.close();
      await two?.close();
    });

    test('what an owner gave back is an orphan until it is adopted, once', async () => {
      const [one] = await open(1);
      await one?.append([appendOf([runOf(STREAM, 0, 100)])]);
      expect(await stores[1]?.orphans()).toEqual([]);
      await one?.close();
      const [orphan] = (await stores[1]?.orphans()) ?? [];
      if (!orphan) throw new Error('no orphan');
      expect(orphan.instance).toBe('owner-0');
      const adopted = await Promise.all(stores.slice(1).map((each) => each.adopt(orphan, 'heir')));
      const [heir] = adopted.filter((segment) => segment !== undefined);
      if (!heir) throw new Error('nobody adopted it');
      expect(adopted.filter((segment) => segment !== undefined)).toHaveLength(1);
      expect(bytesIn(await blocksOf(heir))).toEqual(STREAM.subarray(0, 100));
      await heir.seal([chunkOf('chunk-1')], [1]);
      await heir.close();
      expect(await stores[0]?.orphans()).toEqual([]);
    });

    test('an owner that was taken over can neither append nor seal', async () => {
      const [asleep] = await open(1);
      if (!asleep || !stores[1]) throw new Error('not opened');
      await asleep.append([appendOf([runOf(STREAM, 0, 100)])]);
      const heir = await takeOver(asleep, stores[1]);
      expect(heir.epoch).toBeGreaterThan(asleep.epoch);
      const late = asleep.append([appendOf([runOf(STREAM, 100, 200)])]);
      await expect(late).rejects.toMatchObject({ code: 'lease-lost' });
      const sealing = asleep.seal([chunkOf('chunk-1')], [1]);
      await expect(sealing).rejects.toMatchObject({ code: 'lease-lost' });
      expect(bytesIn(await blocksOf(heir))).toEqual(STREAM.subarray(0, 100));
      const outcomes = await heir.append([appendOf([runOf(STREAM, 100, 200)])]);
      expect(outcomes[0]?.sequence).toBe(2);
      expect((await stores[2]?.catalogue())?.chunks).toEqual([]);
      await asleep.close();
      expect(await stores[2]?.orphans()).toEqual([]);
      await heir.close();
    });

    test('an owner that was taken over is refused also where the new one has sealed all and gone', async () => {
      const [asleep] = await open(1);
      if (!asleep || !stores[1]) throw new Error('not opened');
      await asleep.append([appendOf([runOf(STREAM, 0, 100)])]);
      const heir = await takeOver(asleep, stores[1]);
      await heir.seal([chunkOf('chunk-1')], [1]);
      await heir.close();
      const late = asleep.append([appendOf([runOf(STREAM, 100, 200)])]);
      await expect(late).rejects.toMatchObject({ code: 'lease-lost' });
      // What it was refused is not held, so it is stored when it comes again.
      const [next] = await open(1);
      const outcomes = await next?.append([appendOf([runOf(STREAM, 100, 200)])]);
      expect(outcomes?.[0]?.runs.map(({ kind }) => kind)).toEqual(['stored']);
      await asleep.close();
      await next?.close();
    });

    test('one has the upkeep at a time, and whoever had it before is refused', async () => {
      const [one] = await open(1);
      const [first, second, third] = stores;
      if (!one || !first || !second || !third) throw new Error('not opened');
      await one.seal([chunkOf('chunk-1'), chunkOf('chunk-2')], []);
      const asleep = await first.takeUpkeep('owner-0');
      if (!asleep) throw new Error('not taken');
      expect(await second.takeUpkeep('owner-1')).toBeUndefined();
      await asleep.end();
      const takes = await Promise.all([second.takeUpkeep('owner-1'), third.takeUpkeep('owner-2')]);
      const [upkeep, ...others] = takes.filter((taken) => taken !== undefined);
      expect(others).toEqual([]);
      expect(upkeep?.epoch).toBeGreaterThan(asleep.epoch);
      const isRefused = { code: 'lease-lost' };
      await expect(first.dropPartition(PARTITION, asleep)).rejects.toMatchObject(isRefused);
      await expect(first.replace(['chunk-1'], [], asleep)).rejects.toMatchObject(isRefused);
      expect((await first.catalogue()).chunks).toHaveLength(2);
      expect((await first.readSection('chunk-1', 0)).toString()).toBe('chunk-1');
      await third.replace(['chunk-1'], [], upkeep);
      expect((await first.catalogue()).chunks.map(({ id }) => id)).toEqual(['chunk-2']);
      await upkeep?.end();
      await one.close();
    });

    test('what was replaced is read by whoever knew it before, until it is wiped', async () => {
      const [one] = await open(1);
      const [first, second, third] = stores;
      if (!one || !first || !second || !third) throw new Error('not opened');
      await one.seal([chunkOf('chunk-1'), chunkOf('chunk-2')], []);
      const { version } = await second.catalogue();
      const upkeep = await first.takeUpkeep('owner-0');
      await first.replace(['chunk-1', 'chunk-2'], [chunkOf('chunk-3')], upkeep);
      for (const store of stores) {
        const { chunks } = await store.catalogue();
        expect(chunks.map(({ id }) => id)).toEqual(['chunk-3']);
        expect(store.known('chunk-1')).toMatchObject({ version, entry: { id: 'chunk-1' } });
        expect(store.known('chunk-3')?.version).toBeGreaterThan(version);
        expect((await store.readSection('chunk-1', 0)).toString()).toBe('chunk-1');
        expect(store.isForgotten(version)).toBe(false);
      }
      await third.reclaim();
      expect((await third.readSection('chunk-2', 0)).toString()).toBe('chunk-2');
      await third.reclaim(true);
      for (const store of [...stores, await place.open()]) {
        const now = await store.catalogue();
        expect(store.known('chunk-1')).toBeUndefined();
        const reading = store.readSection('chunk-2', 0);
        await expect(reading).rejects.toMatchObject({ code: 'not-found' });
        expect(store.isForgotten(version)).toBe(true);
        expect(store.isForgotten(now.version)).toBe(false);
        expect((await store.readSection('chunk-3', 0)).toString()).toBe('chunk-3');
        if (!stores.includes(store)) await store.close();
      }
      await upkeep?.end();
      await one.close();
    });

    test('a chunk that is sealed while its partition is dropped is gone, or whole', async () => {
      const [one, two] = await open(2);
      const [store, other] = stores;
      if (!one || !two || !store || !other) throw new Error('not opened');
      for (let round = 0; round < 8; round++) {
        const ids = [`chunk-a${round}`, `chunk-b${round}`];
        const [dropped] = await Promise.all([
          store.dropPartition(PARTITION),
          one.seal([chunkOf(ids[0] ?? '')], []),
          two.seal([chunkOf(ids[1] ?? '')], []),
        ]);
        const { chunks } = await other.catalogue();
        const gone = dropped.map(({ id }) => id).filter((id) => ids.includes(id));
        const left = chunks.map(({ id }) => id);
        expect([...gone, ...left].sort()).toEqual(ids);
        for (const id of left) expect((await other.readSection(id, 0)).toString()).toBe(id);
        await other.dropPartition(PARTITION);
      }
      await one.close();
      await two.close();
    });

    test('taken over at any moment of its commits, every byte it was told of is there once', async () => {
      for (let round = 0; round < 12; round++) {
        const [store, other] = stores;
        if (!store || !other) throw new Error('not opened');
        const id = { generation: `00000000000c${String(round).padStart(4, '0')}` };
        const asleep = await store.openSegment('asleep');
        const moment = Promise.withResolvers<void>();
        const appending = (async () => {
          for (let count = 0; count < 80; count++) {
            if (count === round) moment.resolve();
            const from = count * 10;
            await asleep.append([appendOf([runOf(STREAM, from, from + 10, id)])]);
          }
        })().catch((error: unknown) => error);
        await moment.promise;
        const heir = await takeOver(asleep, other);
        const end = await appending;
        if (end) expect(end).toMatchObject({ code: 'lease-lost' });
        await heir.append([appendOf([runOf(STREAM, 0, 800, id)])]);
        const blocks = await blocksOf(heir);
        const own = blocks.filter(({ message }) =>
          message.runs.some(({ generation }) => generation === id.generation),
        );
        expect((await store.ranges(id.generation)).length).toBe(1);
        expect(bytesIn(own)).toEqual(STREAM.subarray(0, 800));
        await heir.close();
      }
      // A thousand small commits: minutes where the disk is busy with others.
    }, 300_000);
  });
}

function isDifferent(outcome: RunOutcome): boolean {
  return outcome.kind === 'differs';
}

async function blocksOf(segment: Segment, range?: SequenceRange): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of segment.blocks(range)) blocks.push(block);
  return blocks;
}

/** The bytes of all runs by offset; refuses bytes that are there twice or not at all. */
function bytesIn(blocks: readonly Block[]): Buffer {
  const runs = blocks.flatMap((block) => block.message.runs).sort((a, b) => a.from - b.from);
  const parts: Uint8Array[] = [];
  let at = runs[0]?.from ?? 0;
  for (const run of runs) {
    if (run.from !== at) throw new Error(`expected a run from ${at}, found one from ${run.from}`);
    parts.push(run.data);
    at = run.to;
  }
  return Buffer.concat(parts);
}

function chunkOf(id: string, sections: Buffer[] = [Buffer.from(id)]): NewChunk {
  return {
    entry: {
      id,
      partition: PARTITION,
      format: 'test@1',
      records: 1,
      rawBytes: 10,
      storedBytes: sections.reduce((sum, section) => sum + section.length, 0),
      minTime: 1,
      maxTime: 2,
      firstSequence: 1,
      lastSequence: 1,
      sections: sections.map((section, index) => ({
        name: `part-${index}`,
        bytes: section.length,
      })),
    },
    sections,
  };
}
