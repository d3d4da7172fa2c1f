import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BatchSet } from '../chunk/batch-set.ts';
import { decodeNewest, NEWEST_BOUNDS } from '../chunk/columnar/newest-rows.ts';
import { unpackSection } from '../chunk/columnar/sections.ts';
import { formatOf } from '../chunk/index.ts';
import { sealBatch } from '../chunk/seal-batch.ts';
import { batchOfStreams, OBSERVED } from '../testing/batches.ts';
import { type OldChunk, rewriteChunks } from './rewrite.ts';

const LINE_BYTES = 4096;
const partition = { day: '2026-01-20', retentionClass: 'default' };
const WORD = 'hushhush';

type Chunk = Pick<OldChunk, 'entry' | 'sections'>;

/** What the section of newest rows holds. */
function newestOf({ entry, sections }: Chunk): Buffer {
  const index = entry.sections.findIndex(({ name }) => name === 'newest');
  return unpackSection(sections[index] ?? new Uint8Array());
}

describe('a large chunk written anew', () => {
  test('has no line among its newest ones that was taken out', async () => {
    const count = NEWEST_BOUNDS.chunkBytesMin / LINE_BYTES + 2;
    const rows = Array.from({ length: count }, (_, row) => {
      const stamp = new Date(OBSERVED + row * 1000).toISOString();
      const line = `${stamp} ${row === count - 2 ? WORD : 'plain'} ${row} `;
      return Buffer.from(`${line.padEnd(LINE_BYTES, 'x')}\n`);
    });
    const old = await sealBatch(batchOfStreams([{ rows }]), { id: 'old', partition });
    expect(newestOf(old).includes(WORD)).toBe(true);
    const chunks = [{ ...old, without: Uint32Array.of(count - 2) }];
    const fresh = await rewriteChunks(chunks, { id: 'new', partition });
    if (!fresh) throw new Error('no chunk');
    const newest = newestOf(fresh);
    expect(newest.includes(WORD)).toBe(false);
    const { after, batch } = decodeNewest(newest);
    expect(batch.count).toBeGreaterThan(10);
    expect(batch.time.at(-1)).toBe(OBSERVED + (count - 1) * 1000);
    // As many as there are between that time and the end, but for the one.
    expect(batch.count).toBe(count - 1 - (after - OBSERVED) / 1000 - 1);
  });
});

/** Lines of several streams, one chunk each; the last ones long, and kept as they are. */
const sources = fc.array(
  fc.array(
    fc.oneof(
      fc.nat(9999).map((number) => `2026-01-20T00:00:01Z WARN took ${number} ms`),
      fc.nat(9999).map((number) => `took ${number} ms and ${'x'.repeat(33_000)}`),
    ),
    { minLength: 1, maxLength: 20 },
  ),
  { minLength: 2, maxLength: 5 },
);

async function chunksOf(lines: readonly (readonly string[])[]): Promise<OldChunk[]> {
  const chunks: OldChunk[] = [];
  for (const [index, own] of lines.entries()) {
    const source = { generation: `${index}`.padStart(16, '0'), host: `host-${index}` };
    const rows = own.map((line) => Buffer.from(`${line}\n`));
    const sealed = await sealBatch(batchOfStreams([{ rows, source }]), {
      id: `${index}`,
      partition,
    });
    chunks.push({ ...sealed, without: new Uint32Array() });
  }
  return chunks;
}

async function bodiesOf({ entry, sections }: Chunk): Promise<string[]> {
  const read = async (index: number) => sections[index] ?? new Uint8Array();
  const batch = await formatOf(entry.format)
    .open(entry, read)
    .decode(() => undefined);
  const set = new BatchSet(batch);
  return Array.from({ length: batch.count }, (_, row) =>
    [set.source(row).host, set.offset(row), set.time(row), set.level(row), set.body(row)].join(' '),
  );
}

describe('chunks written anew as one', () => {
  test('are all their rows in their order, but for those that were to go', async () => {
    await fc.assert(
      fc.asyncProperty(sources, fc.nat(), async (lines, place) => {
        const chunks = await chunksOf(lines);
        const all = [];
        for (const chunk of chunks) all.push(...(await bodiesOf(chunk)));
        const at = place % (lines[0]?.length ?? 1);
        const less = chunks.map((chunk, index) =>
          index === 0 ? { ...chunk, without: Uint32Array.of(at) } : chunk,
        );
        const whole = await rewriteChunks(chunks, { id: 'whole', partition });
        const part = await rewriteChunks(less, { id: 'part', partition });
        if (!whole || !part) throw new Error('no chunk');
        expect(await bodiesOf(whole)).toEqual(all);
        expect(await bodiesOf(part)).toEqual(all.toSpliced(at, 1));
      }),
      { numRuns: 30 },
    );
  });

  test('are the same when several are written at once', async () => {
    const chunks = await chunksOf([['a 1', 'b 2'], ['c 3'], ['d 4', 'e 5', 'f 6']]);
    const all = await Promise.all(chunks.map(bodiesOf));
    const made = await Promise.all(
      ['x', 'y', 'z'].map((id) => rewriteChunks(chunks, { id, partition })),
    );
    for (const chunk of made) expect(chunk && (await bodiesOf(chunk))).toEqual(all.flat());
  });

  test('are refused where one of them has not what the catalogue says', async () => {
    const [first, ...others] = await chunksOf([['a 1', 'b 2'], ['c 3']]);
    if (!first) throw new Error('no chunk');
    const name = { id: 'new', partition };
    for (const wrong of [{ records: 3 }, { rawBytes: 9 }]) {
      const changed = { ...first, entry: { ...first.entry, ...wrong } };
      const made = rewriteChunks([changed, ...others], name);
      await expect(made).rejects.toMatchObject({ code: 'store-corrupt' });
    }
  });
});
