/** Sections on their way to and from the store: compressed or not, each with a checksum at its end. */
import { constants, crc32, zstdCompressSync } from 'node:zlib';
import { AppError } from '@apiary/common/errors.ts';
import { ZstdDecompressor } from '@apiary/common/zstd-decompressor.ts';

const CHECKSUM_BYTES = 4;
/** The largest section that is thinkable is smaller: the templates of a chunk of 64 MB, or its times. */
const ROOM_BYTES = { default: 256 * 1024, max: 256 * 1024 * 1024 } as const;
/**
 * Of numbers that take more than this share of their bytes when they are compressed. Measured on free text: those of words
 * save 10 %, and decompressing them was a third of a search for a part of a word.
 */
const NUMBERS_SHARE_MAX = 0.75;
/**
 * The shortest repetition that compressing looks for. Columns are short values side by side, where shorter ones are everywhere
 * and gain nothing. Measured on compacted chunks of four corpora: level 15 takes a third to two thirds of the processor time that
 * it takes with its own bound, and what it makes is 1 % smaller to 1 % larger; level 9 makes 2 to 6 % less, level 1 as much.
 */
const MATCH_BYTES_MIN = 6;
const decompressor = new ZstdDecompressor();

/** Compresses at a zstd level and seals with a CRC-32, little-endian, of the compressed bytes. */
export function packSection(bytes: Uint8Array, level: number): Buffer {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_minMatch]: MATCH_BYTES_MIN,
  };
  return sealSection(zstdCompressSync(bytes, { params }));
}

/** The same of numbers, which are as they are where compressing them gains little. */
export function packNumbers(planes: Uint8Array, level: number): Buffer {
  const packed = packSection(planes, level);
  return packed.length > NUMBERS_SHARE_MAX * planes.length ? sealSection(planes) : packed;
}

/** Seals with a CRC-32, little-endian, of the bytes. */
export function sealSection(bytes: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafeSlow(bytes.length + CHECKSUM_BYTES);
  sealed.set(bytes);
  sealed.writeUInt32LE(crc32(bytes), bytes.length);
  return sealed;
}

/**
 * The bytes of a sealed section, not a copy.
 *
 * @param isChecked see `ReaderMemory.areChecked`
 * @throws AppError `store-corrupt`
 */
export function openSection(section: Uint8Array, isChecked = false): Buffer {
  const buffer = Buffer.from(section.buffer, section.byteOffset, section.length);
  const end = buffer.length - CHECKSUM_BYTES;
  const isWhole =
    end >= 0 && (isChecked || crc32(buffer.subarray(0, end)) === buffer.readUInt32LE(end));
  if (!isWhole) {
    throw new AppError('store-corrupt', 'A section of a chunk differs from its checksum.');
  }
  return buffer.subarray(0, end);
}

/** The bytes of a sealed section that was compared with another checksum. */
export function sealedBytes(section: Buffer): Buffer {
  return section.subarray(0, section.length - CHECKSUM_BYTES);
}

/**
 * What {@link packSection} packed.
 *
 * @param isChecked see `ReaderMemory.areChecked`
 * @throws AppError `store-corrupt`
 */
export function unpackSection(section: Uint8Array, isChecked = false): Buffer {
  return decompress(openSection(section, isChecked));
}

/**
 * What {@link packNumbers} packed; a part of the section where it was not compressed.
 *
 * @param plainBytes of what was not compressed; undefined where all of them are
 * @param isChecked see `ReaderMemory.areChecked`
 * @throws AppError `store-corrupt`
 */
export function unpackNumbers(
  section: Uint8Array,
  plainBytes: number | undefined,
  isChecked = false,
): Buffer {
  const packed = openSection(section, isChecked);
  return packed.length === plainBytes ? packed : decompress(packed);
}

function decompress(compressed: Buffer): Buffer {
  try {
    return decompressor.decompress(compressed, ROOM_BYTES);
  } catch (error) {
    throw new AppError('store-corrupt', 'A section of a chunk is no zstd frame.', { cause: error });
  }
}

/** What `read` gives. @throws AppError `store-corrupt` with whatever else went wrong as its cause */
export async function readable<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('store-corrupt', `The ${name} of a chunk cannot be read.`, { cause: error });
  }
}
