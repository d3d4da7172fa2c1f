/** Bytes that a piece of memory may have beyond what is in it: see `zstdRoom`. */
const SPARE_BYTES_MAX = 256;

/**
 * Frees the memory of bytes that nobody looks at any more: they, and all that looks into the same memory, are empty then.
 * V8 frees it when it next collects, and what a search has decoded by then fills a hundred MB. Left to V8: small
 * pieces, which share memory, and parts of larger ones.
 */
export function freeMemory({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
  const isSmall = buffer.byteLength <= Buffer.poolSize;
  const isPart = byteOffset > 0 || byteLength + SPARE_BYTES_MAX < buffer.byteLength;
  if (!isSmall && !isPart && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
