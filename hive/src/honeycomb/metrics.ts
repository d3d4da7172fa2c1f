import type { Metrics } from '@apiary/common/metrics.ts';
import { Counter } from 'prom-client';

const COUNTERS = {
  records: ['apiary_honeycomb_records_total', 'Records committed.'],
  rawBytes: ['apiary_honeycomb_raw_bytes_total', 'Bytes of source committed.'],
  duplicateBytes: ['apiary_honeycomb_duplicate_bytes_total', 'Bytes that were held already.'],
  commits: ['apiary_honeycomb_commits_total', 'Durable writes of messages.'],
  messages: ['apiary_honeycomb_messages_total', 'Messages committed.'],
  deadLettered: ['apiary_honeycomb_dead_lettered_total', 'Messages moved to apiary.dead.'],
  quarantined: ['apiary_honeycomb_quarantined_total', 'Messages moved to apiary.quarantine.'],
  refused: ['apiary_honeycomb_refused_total', 'Messages dropped: the quarantine is full.'],
  storeFull: ['apiary_honeycomb_store_full_total', 'Writes that found no room.'],
  leasesLost: ['apiary_honeycomb_leases_lost_total', 'Segments that another honeycomb took over.'],
  sealedChunks: ['apiary_honeycomb_sealed_chunks_total', 'Chunks sealed.'],
  compactedChunks: ['apiary_honeycomb_compacted_chunks_total', 'Chunks merged into larger ones.'],
  expiredChunks: ['apiary_honeycomb_expired_chunks_total', 'Chunks that retention let go.'],
  deletedRecords: ['apiary_honeycomb_deleted_records_total', 'Records deleted by query.'],
  searches: ['apiary_honeycomb_searches_total', 'Searches begun.'],
  searchThreadDeaths: [
    'apiary_honeycomb_search_thread_deaths_total',
    'Search threads that died or could not start.',
  ],
  sectionCacheHits: [
    'apiary_honeycomb_section_cache_hits_total',
    'Sections of chunks read from the disk of this machine in place of the database.',
  ],
  sectionCacheMisses: [
    'apiary_honeycomb_section_cache_misses_total',
    'Sections of chunks that were not on this disk, and were read from the database.',
  ],
  sectionCacheDamaged: [
    'apiary_honeycomb_section_cache_damaged_total',
    'Files of the section cache that were damaged or missing.',
  ],
  sectionCacheFailures: [
    'apiary_honeycomb_section_cache_failures_total',
    'What the disk of the section cache refused.',
  ],
  liveMessages: ['apiary_honeycomb_live_messages_total', 'Messages of standing queries sent.'],
} as const satisfies Record<string, readonly [name: string, help: string]>;

/** A figure that honeycomb counts. */
export type Figure = keyof typeof COUNTERS;

/** Honeycomb's counters since it was started, here and in the process's registry. */
export class Figures {
  readonly #counts = new Map<Figure, number>();
  readonly #counters = new Map<Figure, Counter>();

  constructor(metrics: Metrics) {
    for (const [figure, [name, help]] of Object.entries(COUNTERS)) {
      const counter = new Counter({ name, help, registers: [metrics.registry] });
      // The keys are those of the table.
      this.#counters.set(figure as Figure, counter);
    }
  }

  add(figure: Figure, amount = 1): void {
    if (amount === 0) return;
    this.#counts.set(figure, this.get(figure) + amount);
    this.#counters.get(figure)?.inc(amount);
  }

  get(figure: Figure): number {
    return this.#counts.get(figure) ?? 0;
  }
}
