import { crc32 } from 'node:zlib';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { describe, expect, test } from '@jest/globals';
import { OpenChunk } from '../open-chunk/open-chunk.ts';
import type { RowBatch } from './row-batch.ts';
import { proveRuns } from './run-proofs.ts';

const LINES = ['first line', 'second', '', 'a fourth one', 'fifth'];
const MESSAGE = { agent: 'a'.repeat(32), host: 'host-1', zoneOffsetMinutes: 0 };

/** A chunk of three runs: lines of two streams, and bodies that are not their source. */
function chunkOfRuns(): OpenChunk {
  const chunk = new OpenChunk('id', { day: '2026-11-20', retentionClass: 'default' });
  const stream = streamOf(LINES);
  const runs = [
    runOf(stream, 0, 18),
    runOf(stream, 18, stream.length, { generation: '00000000000000bb' }),
    {
      ...runOf(streamOf(['1 one', '2 three']), 0, 14),
      generation: '00000000000000cc',
      data: Buffer.from('onethree'),
      bodyLengths: Uint32Array.of(3, 5),
    },
  ];
  for (const [index, run] of runs.entries()) {
    chunk.append({ run, message: MESSAGE, sequence: index + 1 });
  }
  return chunk;
}

const SOURCE_BYTES = streamOf(LINES).length + 14;

function tampered(change: (batch: RowBatch) => RowBatch | undefined): () => number {
  const chunk = chunkOfRuns();
  const { batch, rows } = chunk.toBatch();
  const changed = change(batch) ?? batch;
  return () => proveRuns(changed, rows, chunk.proofs);
}

describe('proofs of runs', () => {
  test('hold for rows as they were committed', () => {
    expect(tampered(() => undefined)()).toBe(SOURCE_BYTES);
    expect(chunkOfRuns().unproven).toEqual([]);
  });

  test('fail when any byte is another', () => {
    const { length } = chunkOfRuns().toBatch().batch.bytes;
    for (let at = 0; at < length; at++) {
      const prove = tampered(({ bytes }) => {
        bytes[at] = (bytes[at] ?? 0) ^ 4;
        return undefined;
      });
      expect(prove).toThrow('is not what was committed');
    }
  });

  test('fail when a record begins elsewhere, takes other bytes of the source, or is of another stream', () => {
    const changes: ((batch: RowBatch) => RowBatch | undefined)[] = [
      ({ start }) => void start.fill((start[2] ?? 0) + 1, 2, 3),
      ({ sourceLength }) => void sourceLength.fill((sourceLength[1] ?? 0) + 1, 1, 2),
      (batch) => ({ ...batch, stretches: batch.stretches.slice(1) }),
      (batch) => ({ ...batch, stretches: batch.stretches.toReversed() }),
      (batch) => ({
        ...batch,
        stretches: batch.stretches.map((each) => ({ ...each, offset: each.offset + 1 })),
      }),
    ];
    for (const change of changes) expect(tampered(change)).toThrow('is not what was committed');
  });

  test('fail when a run changed between the store and its rows', () => {
    const run = runOf(streamOf(LINES), 0, 18);
    const proven = (data: Buffer) => {
      const chunk = new OpenChunk('id', { day: '2026-11-20', retentionClass: 'default' });
      const committed = { run: { ...run, data }, message: MESSAGE, sequence: 1 };
      chunk.append({ ...committed, checksum: crc32(run.data) });
      const { batch, rows } = chunk.toBatch();
      return () => proveRuns(batch, rows, chunk.proofs);
    };
    expect(proven(Buffer.from(run.data))()).toBe(18);
    const changed = Buffer.from(run.data);
    changed[3] = 0;
    expect(proven(changed)).toThrow('is not what was committed');
  });

  test('are none where a record was not whole when it came', () => {
    const chunk = new OpenChunk('id', { day: '2026-11-20', retentionClass: 'default' });
    const stream = streamOf(LINES);
    chunk.append({ run: runOf(stream, 0, 14), message: MESSAGE, sequence: 1 });
    chunk.append({ run: runOf(stream, 14, 19), message: MESSAGE, sequence: 2 });
    chunk.append({ run: runOf(stream, 19, stream.length), message: MESSAGE, sequence: 3 });
    expect(chunk.unproven).toEqual([1, 2]);
    const { batch, rows } = chunk.toBatch();
    expect(proveRuns(batch, rows, chunk.proofs)).toBe(stream.length - 19);
  });
});
