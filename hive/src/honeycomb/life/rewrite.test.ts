import { describe, expect, test } from '@jest/globals';
import { decodeNewest, NEWEST_BOUNDS } from '../chunk/columnar/newest-rows.ts';
import { unpackSection } from '../chunk/columnar/sections.ts';
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
