import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DamagedFile,
  readSection,
  type SealedSection,
  sealSection,
  writeSections,
} from './section-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'apiary-section-file-'));
const path = join(folder, 'chunk.sections');
afterAll(() => rmSync(folder, { recursive: true }));

function entryOf(sections: readonly Uint8Array[], id = 'chunk'): ChunkEntry {
  return {
    ...{ id, partition: { day: '2026-01-20', retentionClass: 'default' }, format: 'any@1' },
    ...{ records: 1, rawBytes: 1, storedBytes: 1, minTime: 0, maxTime: 0 },
    ...{ firstSequence: 0, lastSequence: 0 },
    sections: sections.map(({ length }, index) => ({ name: `s${index}`, bytes: length })),
  };
}

function sealed(entry: ChunkEntry, sections: readonly Uint8Array[], index: number): SealedSection {
  const section = sealSection(entry, index, sections[index] ?? Buffer.alloc(0));
  if (!section) throw new Error('not of the catalogue');
  return section;
}

/** What is read of a section: it, nothing, or that the file is damaged. */
function read(entry: ChunkEntry, index: number): Buffer | 'absent' | 'damaged' {
  try {
    return readSection(path, entry, index) ?? 'absent';
  } catch (error) {
    if (error instanceof DamagedFile) return 'damaged';
    throw error;
  }
}

/** Sections, and those of them that are written, in which order. */
const files = fc
  .array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 })
  .chain((sections) =>
    fc.tuple(fc.constant(sections), fc.shuffledSubarray([...sections.keys()], { minLength: 1 })),
  );

async function write(
  entry: ChunkEntry,
  sections: readonly Uint8Array[],
  written: readonly number[],
): Promise<void> {
  rmSync(path, { force: true });
  for (const index of written) await writeSections(path, [sealed(entry, sections, index)]);
}

describe('a file of sections', () => {
  test('gives those that were written, in whatever order, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ([sections, written]) => {
        const entry = entryOf(sections);
        await write(entry, sections, written);
        for (const [index, section] of sections.entries()) {
          const expected = written.includes(index) ? Buffer.from(section) : 'absent';
          expect(read(entry, index)).toEqual(expected);
        }
      }),
    );
  });

  test('gives no wrong section wherever it was cut, whatever is written to it afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.nat(), async ([sections, written], cut, more) => {
        const entry = entryOf(sections);
        await write(entry, sections, written);
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.subarray(0, cut % (bytes.length + 1)));
        for (const [index, section] of sections.entries()) {
          expect([Buffer.from(section), 'absent']).toContainEqual(read(entry, index));
        }
        const again = more % sections.length;
        await writeSections(path, [sealed(entry, sections, again)]);
        expect(read(entry, again)).toEqual(Buffer.from(sections[again] ?? []));
        for (const [index, section] of sections.entries()) {
          expect([Buffer.from(section), 'absent', 'damaged']).toContainEqual(read(entry, index));
        }
      }),
    );
  });

  test('gives no wrong section whichever of its bits are others', async () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(files, flips, async ([sections, written], places) => {
        const entry = entryOf(sections);
        await write(entry, sections, written);
        const bytes = readFileSync(path);
        for (const place of places) {
          const bit = place % (bytes.length * 8);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        }
        writeFileSync(path, bytes);
        for (const [index, section] of sections.entries()) {
          expect([Buffer.from(section), 'absent', 'damaged']).toContainEqual(read(entry, index));
        }
      }),
    );
  });

  test('says of each bit of a section that is another one that it is damaged or not there', async () => {
    const sections = [Buffer.from('a section of a chunk')];
    const entry = entryOf(sections);
    await write(entry, sections, [0]);
    const bytes = readFileSync(path);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, flipped);
      expect(['absent', 'damaged']).toContain(read(entry, 0));
    }
  });

  test('gives no section of another chunk, or from the place of another one', async () => {
    const sections = [Buffer.from('the same'), Buffer.from('the same')];
    const entry = entryOf(sections);
    await write(entry, sections, [0, 1]);
    expect(read(entryOf(sections, 'other'), 0)).toBe('damaged');
    const bytes = readFileSync(path);
    const half = bytes.length / 2;
    writeFileSync(path, Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]));
    expect([read(entry, 0), read(entry, 1)]).toEqual(['damaged', 'damaged']);
  });

  test('takes no section of another length than the catalogue has', () => {
    expect(sealSection(entryOf([Buffer.alloc(3)]), 0, Buffer.alloc(4))).toBeUndefined();
    expect(sealSection(entryOf([Buffer.alloc(3)]), 1, Buffer.alloc(3))).toBeUndefined();
  });
});
