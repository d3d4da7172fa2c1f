/** Whether rows are the same, byte for byte, of the same streams. */
import { isDeepStrictEqual } from 'node:util';
import type { RowBatch } from './row-batch.ts';

/** All of rows but their bodies. */
export type RowColumns = Omit<RowBatch, 'bytes' | 'level'>;

/** True if two batches have the same rows. Levels follow from bodies. */
export function isSameBatch(one: RowBatch, other: RowBatch): boolean {
  return one.bytes.equals(other.bytes) && isSameButBodies(one, other);
}

/** The same of all but the bytes of bodies. */
export function isSameButBodies(one: RowColumns, other: RowColumns): boolean {
  return (
    one.count === other.count &&
    isSame(one.start, other.start) &&
    isSame(one.time, other.time) &&
    isSame(one.timestampLength, other.timestampLength) &&
    isSame(one.sourceLength, other.sourceLength) &&
    isDeepStrictEqual(one.stretches, other.stretches)
  );
}

function isSame(a: Uint8Array | Uint32Array | Float64Array, b: typeof a): boolean {
  const bytes = (array: typeof a) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return bytes(a).equals(bytes(b));
}
