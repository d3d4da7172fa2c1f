/**
 * Sections that go to another thread as they are, and are gone here: copied, they would be in memory twice until the last
 * of a merge is done.
 */

/** The memory of sections that have it for themselves; of others a copy goes. */
export function transferable(sections: Iterable<Uint8Array>): ArrayBuffer[] {
  const own = new Set<ArrayBuffer>();
  for (const { buffer, byteOffset, byteLength } of sections) {
    const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
    if (isWhole && byteLength > 0 && buffer instanceof ArrayBuffer) own.add(buffer);
  }
  return [...own];
}
