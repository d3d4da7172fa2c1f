import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkEntry, ChunkStore } from '@apiary/common/chunks/chunks.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import {
  SECTION_CACHE_PAUSE_MS,
  SECTION_CACHE_STALE_MS,
  SECTION_CACHE_SWEEP_MS,
  SECTION_CACHE_WAITING_BYTES_MAX,
} from '@apiary/common/limits/section-cache.ts';
import { createSilentLogger, type Logger } from '@apiary/common/log.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Figures } from '../metrics.ts';
import { openSectionCache } from './index.ts';
import { SectionCache, type SectionCacheContext } from './section-cache.ts';

const SECTION_BYTES = 8_192;
/** Of a section, with the block that it may have begun in. */
const COUNTED_BYTES = 12_288;
const SECTIONS = 3;

/** Chunks of three sections each, in a store that tells what was read from it. */
class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'apiary-section-cache-'));
  readonly clock = new ManualClock();
  readonly chunks = new Map<string, ChunkEntry>();
  readonly reads: string[] = [];
  readonly warned: string[] = [];
  readonly log: Logger = {
    ...createSilentLogger(),
    warn: (_, event) => void this.warned.push(event),
  };
  figures = new Figures(new Metrics());
  disk = { freeBytes: 1e12, totalBytes: 2e12, reserveBytes: 0 };
  readonly #open: SectionCache[] = [];

  constructor(...ids: string[]) {
    for (const id of ids) this.add(id);
  }

  get store(): Pick<ChunkStore, 'readSection' | 'known' | 'catalogue'> {
    return {
      readSection: async (chunk, index) => {
        this.reads.push(`${chunk}${index}`);
        return this.section(chunk, index);
      },
      known: (chunk) => {
        const entry = this.chunks.get(chunk);
        return entry && { entry, version: 1 };
      },
      catalogue: async () => ({ version: 1, chunks: [], segments: [] }),
    };
  }

  get file(): string {
    return join(this.folder, '1');
  }

  add(id: string, bytes = SECTION_BYTES): void {
    this.chunks.set(id, {
      ...{ id, partition: { day: '2026-01-20', retentionClass: 'default' }, format: 'any@1' },
      ...{ records: 1, rawBytes: 1, storedBytes: 1, minTime: 0, maxTime: 0 },
      ...{ firstSequence: 0, lastSequence: 0 },
      sections: Array.from({ length: SECTIONS }, (_, index) => ({ name: `s${index}`, bytes })),
    });
  }

  section(chunk: string, index: number): Buffer {
    const bytes = this.chunks.get(chunk)?.sections[index]?.bytes ?? SECTION_BYTES;
    return Buffer.alloc(bytes, `${chunk}${index}`);
  }

  open(more: Partial<SectionCacheContext> = {}): SectionCache {
    const { store, clock, figures, folder } = this;
    const disk = { figures: () => this.disk };
    const context = { store, clock, figures, folder, disk, log: this.log };
    const cache = new SectionCache({ ...context, bytesMax: 1e9, ...more });
    this.#open.push(cache);
    return cache;
  }

  /** Reads sections such as `a0 b2`; those that came from the store. */
  async read(cache: SectionCache, sections: string): Promise<string> {
    this.reads.length = 0;
    for (const name of sections.split(' ')) {
      const [chunk, index] = [name.slice(0, -1), Number(name.slice(-1))];
      const section = await cache.readSection(chunk, index);
      expect(section.equals(this.section(chunk, index))).toBe(true);
    }
    await cache.settled();
    return this.reads.join(' ');
  }

  files(folder = this.file): string[] {
    return readdirSync(folder).filter((name) => name.endsWith('.sections'));
  }

  async close(): Promise<void> {
    for (const cache of this.#open) await cache.close();
    rmSync(this.folder, { recursive: true });
  }
}

let site: Site;
beforeEach(() => {
  site = new Site('a', 'b', 'c', 'd');
});
afterEach(() => site.close());

describe('sections that were read from the store', () => {
  test('are read from this disk from then on, and are at hand', async () => {
    const cache = site.open();
    expect(cache.sectionAtHand('a', 0)).toBeUndefined();
    expect(await site.read(cache, 'a2 a0 b1')).toBe('a2 a0 b1');
    expect(await site.read(cache, 'a2 a0 b1 a1')).toBe('a1');
    expect(cache.sectionAtHand('b', 1)).toEqual(site.section('b', 1));
    expect(cache.sectionAtHand('b', 0)).toBeUndefined();
    expect(site.figures.get('sectionCacheHits')).toBe(4);
    expect(site.figures.get('sectionCacheMisses')).toBe(4);
  });

  test('are in memory that the reader may free', async () => {
    const cache = site.open();
    await site.read(cache, 'a0');
    const section = await cache.readSection('a', 0);
    section.fill(0);
    structuredClone(section.buffer, { transfer: [section.buffer as ArrayBuffer] });
    expect(await site.read(cache, 'a0')).toBe('');
  });

  test('that are asked for twice at once are written once', async () => {
    const cache = site.open();
    await Promise.all([cache.readSection('a', 0), cache.readSection('a', 0)]);
    await cache.settled();
    expect(cache.bytes).toBe(COUNTED_BYTES);
    expect(await site.read(cache, 'a0')).toBe('');
  });

  test('are there after the process was started again', async () => {
    const before = site.open();
    await site.read(before, 'a0 b0');
    await before.close();
    const cache = site.open();
    expect(cache.bytes).toBeGreaterThanOrEqual(2 * SECTION_BYTES);
    expect(await site.read(cache, 'a0 b0')).toBe('');
  });

  test('are in files that nobody but their owner reads', async () => {
    await site.read(site.open(), 'a0');
    const modes = [site.file, join(site.file, 'a.sections')].map((path) => statSync(path).mode);
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o600]);
  });

  test('are not kept while more waits for the disk than may', async () => {
    const bytes = SECTION_CACHE_WAITING_BYTES_MAX - 100;
    site.add('large', bytes);
    const cache = site.open();
    await Promise.all([cache.readSection('large', 0), cache.readSection('a', 0)]);
    await cache.settled();
    expect(await site.read(cache, 'large0 a0')).toBe('a0');
  });

  test('of a chunk whose id is no file name come from the store alone', async () => {
    site.add('../x');
    const cache = site.open();
    expect(await site.read(cache, '../x0')).toBe('../x0');
    expect(await site.read(cache, '../x0')).toBe('../x0');
    expect(readdirSync(site.folder)).toEqual(['1']);
  });
});

describe('the room', () => {
  const ROOM = { bytesMax: 2 * COUNTED_BYTES };

  test('is given to other chunks, the least recently used goes first', async () => {
    const cache = site.open(ROOM);
    await site.read(cache, 'a0 b0');
    await site.read(cache, 'a0');
    site.clock.advance(SECTION_CACHE_STALE_MS);
    expect(await site.read(cache, 'c0')).toBe('c0');
    expect(site.files().sort()).toEqual(['a.sections', 'c.sections']);
    expect(await site.read(cache, 'a0 c0')).toBe('');
    expect(cache.bytes).toBe(ROOM.bytesMax);
  });

  test('is not taken from chunks that were used of late', async () => {
    const cache = site.open(ROOM);
    await site.read(cache, 'a0 b0');
    expect(cache.isNear).toBe(true);
    expect(await site.read(cache, 'c0 d0 a1')).toBe('c0 d0 a1');
    expect(cache.isNear).toBe(false);
    expect(await site.read(cache, 'a0 b0 c0 a1')).toBe('c0 a1');
    expect(cache.bytes).toBe(ROOM.bytesMax);
  });

  test('gets smaller when the disk fills', async () => {
    const cache = site.open({ bytesMax: undefined });
    await site.read(cache, 'a0 b0 c0 d0');
    site.disk = { ...site.disk, freeBytes: 6 * COUNTED_BYTES, reserveBytes: 2 * COUNTED_BYTES };
    site.clock.advance(SECTION_CACHE_SWEEP_MS);
    await cache.settled();
    expect(site.files().sort()).toEqual(['c.sections', 'd.sections']);
  });

  test('ends at the reserve of the disk, also where more was chosen', async () => {
    site.disk = { ...site.disk, freeBytes: 3 * COUNTED_BYTES, reserveBytes: 2 * COUNTED_BYTES };
    const cache = site.open();
    await site.read(cache, 'a0 b0 c0');
    expect(site.files()).toEqual(['a.sections']);
  });
});

describe('chunks that are gone', () => {
  test('have no file once they are forgotten, also where it was being written', async () => {
    const cache = site.open();
    await site.read(cache, 'a0');
    const reading = cache.readSection('a', 1);
    site.chunks.delete('a');
    cache.forget(['a', 'b']);
    await reading;
    await cache.settled();
    expect(site.files()).toEqual([]);
    expect(cache.bytes).toBe(0);
    expect(cache.sectionAtHand('a', 0)).toBeUndefined();
  });

  test('have none either after another honeycomb let go of them', async () => {
    const cache = site.open();
    await site.read(cache, 'a0 b0');
    site.chunks.delete('a');
    site.clock.advance(SECTION_CACHE_SWEEP_MS);
    await cache.settled();
    expect(site.files()).toEqual(['b.sections']);
  });

  test('have none after the next start, and what is no file of a chunk stays', async () => {
    const before = site.open();
    await site.read(before, 'a0 b0');
    await before.close();
    site.chunks.delete('a');
    writeFileSync(join(site.file, 'notes.txt'), '');
    await site.open().settled();
    expect(site.files()).toEqual(['b.sections']);
    expect(existsSync(join(site.file, 'notes.txt'))).toBe(true);
  });
});

describe('a file', () => {
  test.each([
    ['that is damaged', (path: string) => flip(path)],
    ['that is missing', (path: string) => rmSync(path)],
  ])('%s is counted, told once and written anew', async (_, harm) => {
    const cache = site.open();
    await site.read(cache, 'a0 a1 b0');
    harm(join(site.file, 'a.sections'));
    harm(join(site.file, 'b.sections'));
    expect(cache.sectionAtHand('a', 0)).toBeUndefined();
    expect(await site.read(cache, 'a0 b0')).toBe('a0 b0');
    expect(site.figures.get('sectionCacheDamaged')).toBe(2);
    expect(site.warned).toEqual(['section-cache-damaged']);
    expect(await site.read(cache, 'a0 a1 b0')).toBe('a1');
  });

  test('that ends early has what is before', async () => {
    const before = site.open();
    await site.read(before, 'a0 a1');
    await before.close();
    truncateSync(join(site.file, 'a.sections'), 1.5 * SECTION_BYTES);
    expect(await site.read(site.open(), 'a0 a1')).toBe('a1');
    expect(site.figures.get('sectionCacheDamaged')).toBe(0);
  });
});

describe('a disk that refuses', () => {
  test('is counted and told once, left alone for a while, and breaks nothing', async () => {
    const cache = site.open();
    await site.read(cache, 'a0');
    rmSync(site.file, { recursive: true });
    expect(await site.read(cache, 'b0 b1 c0')).toBe('b0 b1 c0');
    const failures = site.figures.get('sectionCacheFailures');
    expect(failures).toBeGreaterThan(0);
    expect(await site.read(cache, 'd0')).toBe('d0');
    expect(site.figures.get('sectionCacheFailures')).toBe(failures);
    site.clock.advance(SECTION_CACHE_PAUSE_MS);
    await site.read(cache, 'b0');
    expect(site.figures.get('sectionCacheFailures')).toBeGreaterThan(failures);
    expect(site.warned).toEqual(['section-cache-failed']);
    mkdirSync(site.file);
    site.clock.advance(SECTION_CACHE_PAUSE_MS);
    await site.read(cache, 'b0');
    expect(await site.read(cache, 'b0')).toBe('');
  });

  test('from the start leaves the honeycomb without a cache', () => {
    const folder = join(site.folder, 'file');
    writeFileSync(folder, '');
    expect(openSectionCache(contextOf({ folder }))).toBeUndefined();
    expect(site.figures.get('sectionCacheFailures')).toBe(1);
    expect(site.warned).toEqual(['section-cache-failed']);
  });
});

describe('processes with one data folder', () => {
  test('have a folder each, and what a process left that does not come back goes', async () => {
    const [first, second, third] = [site.open(), site.open(), site.open()];
    for (const cache of [first, second, third]) await site.read(cache, 'a0');
    await second.close();
    site.clock.advance(SECTION_CACHE_SWEEP_MS);
    await first.settled();
    const files = ['1', '2', '3'].map((name) => site.files(join(site.folder, name)).length);
    expect(files).toEqual([1, 0, 1]);
    expect(await site.read(third, 'a0')).toBe('');
  });

  test.each([
    ['where it is off', { bytesMax: 0 }],
    ['where the store is on this machine', { isEmbedded: true }],
  ])('leave no file behind %s', async (_, given) => {
    const before = site.open();
    await site.read(before, 'a0');
    await before.close();
    expect(openSectionCache(contextOf(given))).toBeUndefined();
    expect(site.files()).toEqual([]);
  });
});

function contextOf(
  given: { bytesMax?: number; folder?: string; isEmbedded?: boolean } = {},
): Parameters<typeof openSectionCache>[0] {
  const { clock, figures, folder, log } = site;
  const sectionAtHand = (chunk: string, index: number) => site.section(chunk, index);
  const { isEmbedded, ...more } = given;
  return {
    ...{ clock, figures, folder, log, ...more },
    store: { ...site.store, ...(isEmbedded && { sectionAtHand }) },
  };
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
