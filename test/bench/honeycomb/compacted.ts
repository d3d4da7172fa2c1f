/** A second store with the same corpus in chunks of 64 MB, as compaction makes them. */
import { COMPACTED_ZSTD_LEVEL } from '@apiary/common/limits/store.ts';
import { sealBatch } from '@apiary/hive/honeycomb/chunk/seal-batch.ts';
import { Holdings } from '@apiary/hive/honeycomb/holdings/holdings.ts';
import { CORPUS_BEGIN_MS, type Corpus } from './corpus.ts';
import { Engine } from './engine.ts';
import { messagesOf } from './messages.ts';

const COMPACTED_RAW_BYTES = 64 << 20;

/** Encodes a corpus at the size of compacted chunks into a store of its own. */
export async function writeCompacted(folder: string, corpus: Corpus): Promise<object> {
  const writer = await Engine.open(folder);
  const holdings = new Holdings([], { chunkRawBytes: COMPACTED_RAW_BYTES });
  const seal = async () => {
    const [open] = holdings.openChunks;
    if (!open) return;
    holdings.freeze(open, false);
    const { batch } = open.toBatch();
    const { id, partition } = open;
    const chunk = await sealBatch(batch, { id, partition }, COMPACTED_ZSTD_LEVEL);
    await writer.segment.seal([chunk], []);
    holdings.sealed(open, undefined);
  };
  let sequence = 0;
  for (const { append } of messagesOf(corpus, CORPUS_BEGIN_MS)) {
    const { message, retentionClass, arrivedMs } = append;
    holdings.restore({ sequence: ++sequence, retentionClass, arrivedMs, message });
    const [open] = holdings.openChunks;
    // A chunk has as many records as one that is open may have, and no more bytes than it is to hold.
    if (open && open.rawBytes >= COMPACTED_RAW_BYTES) await seal();
  }
  await seal();
  await writer.close();
  return {};
}
