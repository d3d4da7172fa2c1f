/** Sections on their way to and from the store: compressed or not, each with a checksum at its end. */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '@apiary/common/errors.ts';

const CHECKSUM_BYTES = 4;
/** Room behind the content, so that zlib need not ask for a second buffer to see the end. */
const SPARE_BYTES = 64;
const ROOM_BYTES = { default: 256 * 1024, max: 16 * 1024 * 1024 } as const;
/** By the frame header's flag: bytes of the field that tells the length of the content. */
const LENGTH_BYTES = [0, 2, 4, 8] as const;
const LENGTH_OF_TWO_BYTES_MIN = 256;

/** Compresses at a zstd level and seals with a CRC-32, little-endian, of the compressed bytes. */
export function packSection(bytes: Uint8Array, level: number): Buffer {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return sealSection(zstdCompressSync(bytes, { params }));
}

/** Seals with a CRC-32, little-endian, of the bytes. */
export function sealSection(bytes: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafeSlow(bytes.length + CHECKSUM_BYTES);
  sealed.set(bytes);
  sealed.writeUInt32LE(crc32(bytes), bytes.length);
  return sealed;
}

/** The bytes of a sealed section. @throws AppError `store-corrupt` */
export function openSection(section: Uint8Array): Buffer {
  const buffer = Buffer.from(section.buffer, section.byteOffset, section.length);
  const end = buffer.length - CHECKSUM_BYTES;
  if (end < 0 || crc32(buffer.subarray(0, end)) !== buffer.readUInt32LE(end)) {
    throw new AppError('store-corrupt', 'A section of a chunk differs from its checksum.');
  }
  return buffer.subarray(0, end);
}

/** What {@link packSection} packed. @throws AppError `store-corrupt` */
export function unpackSection(section: Uint8Array): Buffer {
  const compressed = openSection(section);
  try {
    return zstdDecompressSync(compressed, { chunkSize: roomFor(compressed) });
  } catch (error) {
    throw new AppError('store-corrupt', 'A section of a chunk is no zstd frame.', { cause: error });
  }
}

/**
 * Bytes of the buffer to decompress into. The header of a zstd frame (RFC 8878, 3.1.1.1) tells the length of
 * its content. Measured on 200 kB: in zlib's own buffers of 16 kB 0.30 ms, in one that fits 0.06.
 */
function roomFor(frame: Buffer): number {
  const descriptor = frame[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  const bytes = flag === 0 && isSingle ? 1 : (LENGTH_BYTES[flag] ?? 0);
  const at = isSingle ? 5 : 6;
  // With a dictionary's number the field is elsewhere: none of ours has one.
  if (bytes === 0 || (descriptor & 3) !== 0 || frame.length < at + bytes) return ROOM_BYTES.default;
  const length =
    bytes === 8
      ? Number(frame.readBigUInt64LE(at))
      : frame.readUIntLE(at, bytes) + (bytes === 2 ? LENGTH_OF_TWO_BYTES_MIN : 0);
  return Math.min(length, ROOM_BYTES.max) + SPARE_BYTES;
}
