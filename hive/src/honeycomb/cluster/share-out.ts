/**
 * Which honeycomb reads which chunk. Whoever coordinates a search comes to the same answer, so that what a
 * honeycomb has decoded once serves the next search too; and when one joins or leaves, most chunks stay where
 * they were (rendezvous hashing, https://en.wikipedia.org/wiki/Rendezvous_hashing).
 */
import { CLUSTER_SHARE_FACTOR_MAX } from '@apiary/common/limits/mongodb.ts';

/** Instance → ids of its chunks; none has many more than an even share. */
export function shareOut(
  chunks: readonly { readonly id: string }[],
  instances: readonly string[],
): Map<string, string[]> {
  const shares = instances.map((instance) => ({
    instance,
    seed: hashOf(instance),
    ids: [] as string[],
  }));
  const most = Math.ceil((chunks.length / instances.length) * CLUSTER_SHARE_FACTOR_MAX);
  for (const { id } of chunks) {
    const hash = hashOf(id);
    let best: (typeof shares)[number] | undefined;
    let bestRank = -1;
    for (const share of shares) {
      const rank = mixed(hash ^ share.seed);
      if (share.ids.length >= most || rank <= bestRank) continue;
      best = share;
      bestRank = rank;
    }
    best?.ids.push(id);
  }
  return new Map(shares.map(({ instance, ids }) => [instance, ids]));
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The finalizer of MurmurHash3, so that each bit counts. */
function mixed(value: number): number {
  let mix = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
