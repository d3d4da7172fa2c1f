/** Rows that another honeycomb gave, as a set that is searched like one's own. */
import type { RemoteRow } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Matches, RecordSet, RecordSource, RowSource } from '../records/record-set.ts';
import { matchesOf } from '../records/row-counts.ts';
import { positionOfRecord } from '../search/merge.ts';

/** See the file's head. All of its rows match: whoever gave them has judged them by the same query. */
export class RemoteSet implements RecordSource {
  readonly minTime: number;
  readonly maxTime: number;
  readonly #rows: readonly RemoteRow[];
  readonly #sources: readonly RowSource[];

  constructor(rows: readonly RemoteRow[]) {
    this.#rows = rows;
    const times = rows.map(({ record }) => record.time);
    this.minTime = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
    this.maxTime = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
    const known = new Map<string, RowSource>();
    // What counts streams takes one object for one stream.
    this.#sources = rows.map(({ record }) => {
      const { agent, host, target, file, tags } = record;
      const { generation } = positionOfRecord(record);
      const key = JSON.stringify([generation, agent, host, target, file, tags]);
      const source = known.get(key) ?? {
        agent,
        host,
        target,
        file,
        tags,
        generation,
        history: false,
      };
      known.set(key, source);
      return source;
    });
  }

  get count(): number {
    return this.#rows.length;
  }

  async select(): Promise<Matches> {
    return matchesOf(this.#asSet(), Uint32Array.from(this.#rows.keys()));
  }

  #asSet(): RecordSet {
    const at = (row: number) => {
      const found = this.#rows[row];
      if (!found) throw new RangeError(`there is no row ${row}`);
      return found;
    };
    return {
      count: this.#rows.length,
      isVisible: () => true,
      time: (row) => at(row).record.time,
      level: (row) => at(row).record.level,
      source: (row) => {
        const source = this.#sources[row];
        if (!source) throw new RangeError(`there is no row ${row}`);
        return source;
      },
      offset: (row) => positionOfRecord(at(row).record).offset,
      sourceLength: (row) => at(row).sourceLength,
      sequence: (row) => at(row).sequence,
      observed: (row) => at(row).record.observed,
      body: (row) => Buffer.from(at(row).record.body),
      timestampLength: (row) => at(row).timestampLength,
    };
  }
}
