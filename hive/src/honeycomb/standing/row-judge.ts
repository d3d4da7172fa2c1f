import type { Segment } from '@apiary/common/chunks/chunks.ts';
import { LIVE_PART_BYTES_MAX } from '@apiary/common/limits.ts';
import type { LiveMatches } from '@apiary/common/messages/live.ts';
import type { Query } from '@apiary/common/query/ast.ts';
import type { Matcher } from '@apiary/common/query/matcher.ts';
import type { TouchedRows } from '../holdings/holdings.ts';
import type { Pace, RecordSet } from '../records/record-set.ts';
import { RowView, recordOf } from '../records/row-view.ts';
import type { QueryIndex } from './query-index.ts';

/** A query under judgement. */
export interface JudgedQuery {
  readonly id: string;
  /** The live exchange that its results go to: its own id, or its group's. */
  readonly exchange: string;
  readonly query: Query;
  readonly matcher: Matcher;
  readonly recordsMax: number;
  /** The sequence of its last message; 0 before the first. */
  previous: number;
}

/** A message to publish. */
export interface LiveBody {
  readonly exchange: string;
  readonly body: Buffer;
}

interface Part {
  sequence: number;
  readonly records: string[];
  bytes: number;
  omitted: number;
}

/** Judges the rows of one commit by all queries; a record's JSON is made once for all of them. */
export class RowJudge {
  readonly #index: QueryIndex<JudgedQuery>;
  readonly #position: Pick<Segment, 'instance' | 'epoch'>;
  readonly #parts = new Map<JudgedQuery, Part[]>();

  constructor(index: QueryIndex<JudgedQuery>, position: Pick<Segment, 'instance' | 'epoch'>) {
    this.#index = index;
    this.#position = position;
  }

  /** The messages to publish, in order; each query's `previous` is moved on. */
  async run(touched: readonly TouchedRows[], pace: Pace): Promise<LiveBody[]> {
    // All at once: what is looked at keeps its memory, should it be sealed meanwhile.
    const looks = touched.map(({ chunk, rows, sequence }) => ({ ...chunk.look(), rows, sequence }));
    try {
      for (const { set, ...of } of looks) await this.#judgeRows(set, of, pace);
    } finally {
      for (const { end } of looks) end();
    }
    return [...this.#parts].flatMap(([query, parts]) =>
      parts.map((part) => this.#message(query, part)),
    );
  }

  async #judgeRows(
    set: RecordSet,
    { rows, sequence }: Pick<TouchedRows, 'rows' | 'sequence'>,
    pace: Pace,
  ): Promise<void> {
    const view = new RowView(set);
    for (const row of rows) {
      const pause = pace();
      if (pause) await pause;
      // A row that grew again later in this commit is judged there.
      if (!set.isVisible(row) || set.sequence(row) !== sequence || set.source(row).history) {
        continue;
      }
      this.#judgeRow(set, row, view);
    }
  }

  #judgeRow(set: RecordSet, row: number, view: RowView): void {
    view.at(row);
    let json: string | undefined;
    for (const query of this.#index.candidates(() => view.body)) {
      if (query.query.kind !== 'all' && !query.matcher.matches(view)) continue;
      const parts = this.#parts.get(query) ?? [];
      if (parts.length === 0) this.#parts.set(query, parts);
      const sequence = set.sequence(row);
      const part = partFor(parts, sequence);
      part.sequence = sequence;
      const sent = parts.reduce((sum, { records }) => sum + records.length, 0);
      if (sent >= query.recordsMax) {
        part.omitted++;
        continue;
      }
      json ??= JSON.stringify(recordOf(set, row));
      part.records.push(json);
      part.bytes += json.length;
    }
  }

  #message(query: JudgedQuery, part: Part): LiveBody {
    const head: Omit<LiveMatches, 'records'> = {
      type: 'matches',
      query: query.id,
      ...{ instance: this.#position.instance, epoch: this.#position.epoch },
      previous: query.previous,
      sequence: part.sequence,
      omitted: part.omitted,
    };
    query.previous = part.sequence;
    const records = `"records":[${part.records.join(',')}]`;
    const body = Buffer.from(`${JSON.stringify(head).slice(0, -1)},${records}}`);
    return { exchange: query.exchange, body };
  }
}

/** The part that takes a match. One sequence never spans two, or the loss of the second would not show. */
function partFor(parts: Part[], sequence: number): Part {
  const last = parts.at(-1);
  if (last && (last.bytes < LIVE_PART_BYTES_MAX || last.sequence === sequence)) return last;
  const part = { sequence, records: [], bytes: 0, omitted: 0 };
  parts.push(part);
  return part;
}
