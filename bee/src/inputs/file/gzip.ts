/** Gzipped files as plain ones: their first bytes, and the whole of them in a file without a name. */
import { closeSync, openSync, read as readCall, unlinkSync, write as writeCall } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, crc32, createGunzip, gunzipSync } from 'node:zlib';
import { AppError } from '@apiary/common/errors.ts';
import { GZIP_PLAIN_BYTES_MAX } from '@apiary/common/limits/tailing.ts';
import { newGeneration } from '@apiary/common/random.ts';
import type { GenerationRecord } from '../../checkpoint.ts';
import { HEAD_BYTES, readAt } from './identity.ts';

/** Compressed bytes that hold a head, even where nothing could be compressed and a long name precedes. */
const PACKED_HEAD_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;

const read = promisify(readCall);
const writeSome = promisify(writeCall);

/** True for the name of a file that may be read though it is compressed. */
export function isGzipName(path: string): boolean {
  return /\.gz$/i.test(path);
}

/** The marks of the plain head; undefined for what is no gzip, or not yet. */
export function gzipHeadOf(
  fd: number,
): (Pick<GenerationRecord, 'headLength' | 'headCrc'> & { readonly head: Buffer }) | undefined {
  const packed = readAt(fd, 0, PACKED_HEAD_BYTES);
  try {
    // With this flush it gives what there is instead of missing the end.
    const plain = gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
    const head = plain.subarray(0, HEAD_BYTES);
    return head.length === 0 ? undefined : { headLength: head.length, headCrc: crc32(head), head };
  } catch {
    return undefined;
  }
}

/**
 * Writes the plain content of all members to a file of `folder` that has no name any more, and gives its
 * descriptor.
 *
 * @throws AppError `too-large`; the system's or zlib's error, e.g. for one that is still being written
 */
export async function gunzipToNameless(
  fd: number,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const path = join(folder, `gunzip-${newGeneration()}`);
  const out = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  try {
    // Streams of `node:fs` would close the descriptors with themselves.
    const keep = (plain: AsyncIterable<Buffer>) => writeAll(out, plain);
    await pipeline(chunksOf(fd), createGunzip(), keep, { signal });
    return out;
  } catch (error) {
    closeSync(out);
    throw error;
  }
}

async function* chunksOf(fd: number): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const { bytesRead } = await read(fd, buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(fd: number, plain: AsyncIterable<Buffer>): Promise<void> {
  let bytes = 0;
  for await (const chunk of plain) {
    bytes += chunk.length;
    if (bytes > GZIP_PLAIN_BYTES_MAX) {
      throw new AppError('too-large', `more than ${GZIP_PLAIN_BYTES_MAX} bytes uncompressed`);
    }
    for (let done = 0; done < chunk.length; ) {
      done += (await writeSome(fd, chunk, done)).bytesWritten;
    }
  }
}
