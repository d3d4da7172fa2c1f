/** What a thousand standing queries cost while data comes in. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@apiary/common/clock.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { createMemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { StandingQueries } from '@apiary/hive/honeycomb/standing/standing-queries.ts';
import { atLeast, type BenchRow } from '../bench.ts';
import { CORPUS_BEGIN_MS, type Corpus } from './corpus.ts';
import { Engine } from './engine.ts';
import { ingestMessages, round } from './measure.ts';
import { messagesOf } from './messages.ts';

const QUERIES = 1000;
const BYTES = 32e6;

/** Ingest with and without, one after the other, each into a fresh folder. */
export async function standingRow(folder: string, corpus: Corpus): Promise<BenchRow> {
  const rates: number[] = [];
  for (const queries of [0, QUERIES]) {
    const place = join(folder, `standing-${queries}`);
    // Of an earlier run, where the folder is kept.
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    const engine = await Engine.open(place);
    const documents = await openDocuments(`sqlite:${place}`);
    const { bus } = createMemoryBus();
    const { segment, figures } = engine;
    const shared = { bus, documents, segment, figures, clock: systemClock };
    const standing = await StandingQueries.open(shared);
    for (let index = 0; index < queries; index++) {
      const { leaseMs, ...query } = queryOf(index);
      await standing.stand({ leaseMs, queries: [query] }, true);
    }
    const { rate } = await ingestMessages(engine, messagesOf(corpus, CORPUS_BEGIN_MS), {
      watch: (touched) => standing.judge(touched),
      bytesMax: BYTES,
    });
    rates.push(rate);
    await standing.stop();
    await engine.close();
    await documents.close();
    await bus.close();
  }
  const [alone = Number.NaN, together = Number.NaN] = rates;
  const share = round((together / alone) * 100, 0);
  return atLeast(`ingest with ${QUERIES} standing queries, of its speed without`, share, 50, '%');
}

/** Queries as people have them: words, phrases, levels; nearly none of the lines match. */
function queryOf(index: number) {
  const kinds = [
    `"failure number${index}"`,
    `level:fatal AND service${index}`,
    `timeout${index} OR refused${index}`,
    `user${index} AND NOT test`,
  ];
  const query = kinds[index % kinds.length] ?? '';
  return { id: `bench-${index}`, query, leaseMs: 600_000, recordsMax: 10 };
}
