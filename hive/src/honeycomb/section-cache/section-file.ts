/**
 * A file with sections of one chunk, each in a place of its own, in the order of the chunk's catalogue entry, with a checksum
 * behind it. There is no head, so that nothing has to be written twice and a section that comes again changes nothing; where
 * none was written there is a hole, or the file ends before. What was cut off has no checksum: it is not there.
 */
import { closeSync, openSync, readvSync } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ChunkEntry } from '@apiary/common/chunks/chunks.ts';

const CHECKSUM_BYTES = 4;
/** Holes read as this. */
const NO_CHECKSUM = 0;

/** A section that is to be written: its bytes, and the checksum behind them. */
export interface SealedSection {
  readonly at: number;
  readonly bytes: Buffer;
}

/** What is in a file is not what was written. */
export class DamagedFile extends Error {}

const tail = Buffer.alloc(CHECKSUM_BYTES);

/**
 * A section in memory of its own, or undefined where the file does not have it. At once, as from an embedded store: by way of
 * the thread pool it would take several times as much processor time.
 *
 * @throws DamagedFile, and what the file system says
 */
export function readSection(path: string, entry: ChunkEntry, index: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafeSlow(entry.sections[index]?.bytes ?? 0);
  const file = openSync(path, 'r');
  let read: number;
  try {
    read = readvSync(file, [bytes, tail], placeOf(entry, index));
  } finally {
    closeSync(file);
  }
  if (read < bytes.length + CHECKSUM_BYTES) return undefined;
  const checksum = tail.readUInt32LE();
  if (checksum === NO_CHECKSUM) return undefined;
  if (checksum !== checksumOf(entry.id, index, bytes)) {
    throw new DamagedFile(`section ${index} of ${entry.id} differs from its checksum`);
  }
  return bytes;
}

/** A copy of a section with its checksum; undefined where it is not the one of the catalogue. */
export function sealSection(
  entry: ChunkEntry,
  index: number,
  section: Uint8Array,
): SealedSection | undefined {
  const { length } = section;
  if (entry.sections[index]?.bytes !== length) return undefined;
  const bytes = Buffer.allocUnsafeSlow(length + CHECKSUM_BYTES);
  bytes.set(section);
  bytes.writeUInt32LE(checksumOf(entry.id, index, section), length);
  return { at: placeOf(entry, index), bytes };
}

/** Adds sections to a file; makes it where it is not there. @throws what the file system says */
export async function writeSections(
  path: string,
  sections: readonly SealedSection[],
): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    for (const { at, bytes } of sections) await writeFully(file, bytes, at);
  } finally {
    await file.close();
  }
}

function placeOf({ sections }: ChunkEntry, index: number): number {
  let at = 0;
  for (let before = 0; before < index; before++) {
    at += (sections[before]?.bytes ?? 0) + CHECKSUM_BYTES;
  }
  return at;
}

/** That of a section in the place of another one, or in the file of another chunk, differs. */
function checksumOf(chunk: string, index: number, bytes: Uint8Array): number {
  return crc32(bytes, crc32(`${chunk}/${index}`)) || 1;
}

async function writeFully(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.length - written;
    written += (await file.write(bytes, written, rest, at + written)).bytesWritten;
  }
}
