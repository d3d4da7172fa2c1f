/** What the process that dies while sealing writes, and its parent looks for. */
import { streamOf } from '../../../testing/chunk-runs.ts';
import type { NewChunk } from '../../chunks.ts';

export const STREAM = streamOf(Array.from({ length: 30 }, (_, index) => `line ${index}`));
export const PARTS = 4;
/** Bytes at the end of the stream that are no part of the chunk. */
export const KEPT_BYTES = 5;

/** First and last byte of a part. */
export function partOf(part: number): [from: number, to: number] {
  const size = Math.ceil(STREAM.length / PARTS);
  return [part * size, Math.min((part + 1) * size, STREAM.length)];
}

/** The stream but for {@link KEPT_BYTES}, in three sections. */
export function sealedChunk(): NewChunk {
  const bytes = STREAM.subarray(0, STREAM.length - KEPT_BYTES);
  const sections = [bytes.subarray(0, 50), bytes.subarray(50, 100), bytes.subarray(100)];
  return {
    entry: {
      id: 'chunk-1',
      partition: { day: '2026-11-20', retentionClass: 'default' },
      format: 'test@1',
      records: 30,
      rawBytes: bytes.length,
      storedBytes: bytes.length,
      minTime: 0,
      maxTime: 0,
      firstSequence: 1,
      lastSequence: PARTS,
      sections: sections.map((section, index) => ({
        name: `part-${index}`,
        bytes: section.length,
      })),
    },
    sections,
  };
}
