import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkStore, Segment } from '@apiary/common/chunks/chunks.ts';
import { openSqliteStore } from '@apiary/common/chunks/sqlite/sqlite-store.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import { CHUNK_IDLE_MS, FROZEN_CHUNKS_MAX, STORE_RETRY_MS_MAX } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import { compileMatcher } from '@apiary/common/query/matcher.ts';
import { appendOf, runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Holdings } from '../holdings/holdings.ts';
import { Figures } from '../metrics.ts';
import type { Selection } from '../records/record-set.ts';
import { ChunkCache } from '../search/chunk-cache.ts';
import { until } from '../testing/rig.ts';
import { Sealer } from './sealer.ts';

const CHUNK_BYTES = 120;
const EVERY_QUERY: Query = { kind: 'all', from: 0, to: 0 };
const EVERYTHING: Selection = {
  query: EVERY_QUERY,
  matcher: compileMatcher(EVERY_QUERY),
  matcherOptions: {},
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  pace: () => undefined,
};

/** A store with what is held of it, opened and closed like a process. */
class Process {
  readonly clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
  readonly #folder: string;
  #store: ChunkStore | undefined;
  segment!: Segment;
  holdings!: Holdings;
  sealer!: Sealer;
  leasesLost = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    this.#store = openSqliteStore({ folder: this.#folder });
    this.segment = await this.#store.openSegment('one');
    this.holdings = new Holdings((await this.#store.catalogue()).chunks, {
      chunkRawBytes: CHUNK_BYTES,
    });
    this.sealer = new Sealer({
      holdings: this.holdings,
      segment: this.segment,
      clock: this.clock,
      log: createSilentLogger(),
      figures: new Figures(new Metrics()),
      onLeaseLost: () => {
        this.leasesLost++;
      },
    });
    for await (const block of this.segment.blocks()) {
      await this.sealer.touched([this.holdings.restore(block).chunk]);
    }
  }

  async close(): Promise<void> {
    await this.sealer.stop();
    await this.segment.close();
    await this.#store?.close();
  }

  async append(runs: readonly Run[]): Promise<void> {
    const message = appendOf(runs, { arrivedMs: this.clock.now() });
    const [outcome] = await this.segment.append([message]);
    const touched = outcome ? this.holdings.commit(message, outcome) : undefined;
    if (touched) await this.sealer.touched([touched.chunk]);
  }

  /** Everything that is held, as offset → bytes by generation. */
  async read(): Promise<Map<string, Map<number, string>>> {
    const found = new Map<string, Map<number, string>>();
    const { open, chunks } = this.holdings.snapshot();
    if (!this.#store) throw new Error('not open');
    const cache = new ChunkCache(this.#store, this.clock);
    const sources = [...open];
    for (const entry of chunks) sources.push(cache.open(entry));
    for (const source of sources) {
      const matches = await source.select(EVERYTHING);
      const rows = await matches.rows();
      const set = await matches.load(rows);
      for (const row of rows) {
        const { generation } = set.source(row);
        const records = found.get(generation) ?? new Map<number, string>();
        found.set(generation, records);
        if (records.has(set.offset(row))) throw new Error(`${set.offset(row)} is there twice`);
        records.set(set.offset(row), Buffer.from(set.body(row)).toString('latin1'));
      }
    }
    return found;
  }
}

describe('sealing', () => {
  let folder: string;
  let process: Process;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiary-sealer-'));
    process = new Process(folder);
    await process.open();
  });

  afterEach(async () => {
    await process.close();
    await rm(folder, { recursive: true });
  });

  async function reopen(): Promise<void> {
    await process.close();
    await process.open();
  }

  async function blocks() {
    const all = [];
    for await (const block of process.segment.blocks()) all.push(block);
    return all;
  }

  test('whatever the cuts, chunks and restarts, a stream in order gives its lines', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\0', 'ä'), maxLength: 30 });
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 90 }), restart: fc.boolean() });
    let generation = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 30 }),
        fc.array(step, { minLength: 1 }),
        async (lines, steps) => {
          const id = (++generation).toString(16).padStart(16, '0');
          const stream = streamOf(lines);
          for (let at = 0, index = 0; at < stream.length; index++) {
            const { bytes, restart } = steps[index % steps.length] ?? { bytes: 9, restart: false };
            const to = Math.min(at + bytes, stream.length);
            await process.append([runOf(stream, at, to, { generation: id })]);
            if (restart) await reopen();
            at = to;
          }
          const records = (await process.read()).get(id);
          let offset = 0;
          for (const text of lines) {
            expect(records?.get(offset)).toBe(Buffer.from(text).toString('latin1'));
            offset += Buffer.byteLength(text) + 1;
          }
          expect(records?.size).toBe(lines.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('runs in any order are all there, every byte once', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 });
    const stream = streamOf(
      Array.from({ length: 25 }, (_, index) => `line ${index} ${'x'.repeat(index)}`),
    );
    const size = Math.ceil(stream.length / 10);
    let generation = 0;
    await fc.assert(
      fc.asyncProperty(order, async (parts) => {
        const id = (++generation).toString(16).padStart(16, '0');
        for (const part of parts) {
          const to = Math.min((part + 1) * size, stream.length);
          await process.append([runOf(stream, part * size, to, { generation: id })]);
        }
        const records = (await process.read()).get(id) ?? new Map<number, string>();
        const bodies = [...records].sort(([a], [b]) => a - b).map(([, body]) => body);
        expect(bodies.join('').length).toBe(stream.length - 25);
        expect(bodies.join('')).toBe(stream.toString('latin1').replaceAll('\n', ''));
      }),
      { numRuns: 20 },
    );
  });

  test('a full chunk is sealed and its blocks go; an unfinished record goes on in the next', async () => {
    const stream = streamOf(['x'.repeat(150), 'unfinished at first', 'last']);
    await process.append([runOf(stream, 0, 160)]);
    await process.sealer.idle();
    expect(process.holdings.chunks).toHaveLength(1);
    expect(process.holdings.chunks[0]).toMatchObject({ records: 1, rawBytes: 151 });
    const left = await blocks();
    expect(left.map((block) => [block.sequence, block.message.runs[0]?.from])).toEqual([[1, 151]]);
    await reopen();
    await process.append([runOf(stream, 160, stream.length)]);
    const records = (await process.read()).get('00000000000000aa');
    expect(records?.get(151)).toBe('unfinished at first');
    expect(records?.size).toBe(3);
  });

  test('what nothing was added to for a while is sealed with its unfinished record', async () => {
    await process.append([runOf(streamOf(['one', 'two']), 0, 6)]);
    process.clock.advance(CHUNK_IDLE_MS);
    await process.sealer.idle();
    expect(process.holdings.chunks[0]).toMatchObject({ records: 2, format: 'columnar@8' });
    expect(await blocks()).toEqual([]);
    expect(process.holdings.openRecords).toBe(0);
    expect([...((await process.read()).get('00000000000000aa') ?? [])]).toEqual([
      [0, 'one'],
      [4, 'tw'],
    ]);
  });

  test('a mapped run comes back body by body', async () => {
    const stream = streamOf(['1 first', '2 second', '3 third']);
    const mapped: Run = {
      ...runOf(stream, 0, stream.length),
      data: Buffer.from('firstsecondthird'),
      bodyLengths: Uint32Array.of(5, 6, 5),
    };
    await process.append([mapped]);
    await process.sealer.sealAll();
    expect([...((await process.read()).get('00000000000000aa') ?? [])]).toEqual([
      [0, 'first'],
      [8, 'second'],
      [17, 'third'],
    ]);
    expect(process.holdings.chunks).toHaveLength(1);
  });

  test('days have chunks of their own', async () => {
    const stream = streamOf(['one', 'two']);
    await process.append([runOf(stream, 0, 4)]);
    process.clock.advance(12 * 3_600_000);
    await process.append([runOf(stream, 4, 8)]);
    await process.sealer.sealAll();
    const days = process.holdings.chunks.map((entry) => entry.partition.day).sort();
    expect(days).toEqual(['2026-11-20', '2026-11-21']);
  });

  describe('of a segment that another one has taken over', () => {
    let tries: number;
    let refuse: () => void;

    beforeEach(() => {
      tries = 0;
      const taken = Promise.withResolvers<void>();
      refuse = taken.resolve;
      process.segment.seal = async () => {
        tries++;
        await taken.promise;
        throw new AppError('lease-lost', 'Another one has it.');
      };
    });

    async function fill(chunks: number): Promise<void> {
      const stream = streamOf(Array.from({ length: chunks }, () => 'x'.repeat(CHUNK_BYTES)));
      for (let at = 0; at < stream.length; at += CHUNK_BYTES + 1) {
        await process.append([runOf(stream, at, at + CHUNK_BYTES + 1)]);
      }
    }

    test('is tried once, is told once, and holds nobody up', async () => {
      const filling = fill(FROZEN_CHUNKS_MAX + 2);
      await until(() => process.holdings.frozen.length === FROZEN_CHUNKS_MAX);
      refuse();
      // Who waited until something is sealed goes on, and so does who comes later.
      await filling;
      await process.sealer.sealAll();
      process.clock.advance(STORE_RETRY_MS_MAX);
      process.clock.advance(CHUNK_IDLE_MS);
      await process.sealer.idle();
      expect({ tries, told: process.leasesLost }).toEqual({ tries: 1, told: 1 });
      // All of it can be searched until whoever uses this lets go of it.
      expect(process.holdings.openRecords).toBe(FROZEN_CHUNKS_MAX + 2);
    });
  });
});
