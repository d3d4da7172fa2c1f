/** Bytes that a piece of memory may have beyond what is in it: see `zstdRoom`. */
const SPARE_BYTES_MAX = 256;
/** Of smaller pieces, what others have in them may be within that. */
const SMALL_BYTES_MAX = 4096;

/**
 * Frees the memory of bytes that nobody looks at any more: they, and all that looks into the same memory, are empty then.
 * V8 frees it when it next collects, and what a search has decoded by then fills a hundred MB. Left to V8: small pieces, parts of
 * larger ones, and pieces of the size of which Node makes many small ones.
 */
export function freeMemory({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
  const { byteLength: size } = buffer;
  const isSmall = size <= SMALL_BYTES_MAX || size === Buffer.poolSize;
  const isPart = byteOffset > 0 || byteLength + SPARE_BYTES_MAX < size;
  if (!isSmall && !isPart && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
