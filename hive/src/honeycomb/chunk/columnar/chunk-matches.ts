/**
 * Matches in a sealed chunk, as template by template the judges found them. Rows are looked at when somebody
 * asks for them: a count is a sum over templates, and needs no section that has something by row.
 */
import { LEVELS } from '@apiary/common/record.ts';
import type {
  Matches,
  Pace,
  RecordSet,
  RowColumns,
  RowPlaces,
  TimeBuckets,
  TimedRun,
} from '../../records/record-set.ts';
import { flaggedRows, ones } from '../../records/row-counts.ts';
import { type Stretch, stretchAt } from '../row-batch.ts';
import type { ChunkData } from './chunk-data.ts';
import { countByTime, needsVarying } from './count-by-time.ts';
import { decodeRows, timestampLengths } from './decode-rows.ts';
import { loadFewRows } from './few-rows.ts';
import { areFew, type FoundRows, fewRows, flagRows } from './found-rows.ts';
import { ALL } from './judge/judge.ts';
import { placesOf } from './length-column.ts';
import { LEVEL_VARIES } from './slot-table.ts';
import { type TimesByStretch, timesOfSome } from './time-column.ts';

const NO_ROWS = new Uint32Array(0);

/** See the file's head. */
export class ChunkMatches implements Matches {
  readonly count: number;
  readonly #data: ChunkData;
  readonly #found: FoundRows;
  readonly #pace: Pace;
  /** By row: 1 where it matches. */
  #flags: Uint8Array | undefined;
  #fewMatches: FewMatches | undefined;

  private constructor(data: ChunkData, found: FoundRows, pace: Pace, count: number) {
    this.#data = data;
    this.#found = found;
    this.#pace = pace;
    this.count = count;
  }

  /** Counts what was found. */
  static async of(data: ChunkData, found: FoundRows, pace: Pace): Promise<ChunkMatches> {
    if (found.range) {
      const flags = await flagRows(data, found);
      const matches = new ChunkMatches(data, found, pace, ones(flags));
      matches.#flags = flags;
      return matches;
    }
    const { rows } = await data.slots();
    let count = 0;
    for (let id = 0; id < found.states.length; id++) {
      if (found.states[id] === ALL) count += rows[id] ?? 0;
    }
    for (const flags of found.partial.values()) count += ones(flags);
    return new ChunkMatches(data, found, pace, count);
  }

  async rows(): Promise<Uint32Array> {
    return flaggedRows(await this.#rowFlags(), this.count);
  }

  async hosts(known: ReadonlySet<string>): Promise<readonly string[]> {
    const { head, stretches } = await this.#data.runs();
    // Of these there are far fewer than of stretches.
    if (head.sources.every(({ host }) => known.has(host))) return [];
    if (this.#areFew) {
      const rows = await fewRows(this.#data, this.#found);
      const hosts = rows.map((row) => stretchAt(stretches, row).source.host);
      return [...new Set(hosts)].filter((host) => !known.has(host));
    }
    const flags = await this.#rowFlags();
    const found = new Set<string>();
    for (const { source, from, to } of stretches) {
      if (known.has(source.host) || found.has(source.host)) continue;
      if (flags.subarray(from, to).includes(1)) found.add(source.host);
    }
    return [...found];
  }

  async byTime(buckets: TimeBuckets): Promise<Uint32Array> {
    const [{ stretches }, { template }] = [await this.#data.runs(), await this.#data.ids()];
    const facts = await this.#data.slots();
    const found = this.#found;
    const varies = needsVarying(found, facts.level);
    const varying = varies ? await this.#data.varyingLevels() : Buffer.alloc(0);
    const times = await this.#data.timeBytes();
    return countByTime({ found, template, stretches, facts, varying, times }, buckets);
  }

  async timed(): Promise<readonly TimedRun[]> {
    if (this.#areFew) return fewRuns(await this.#few());
    const [flags, index] = [await this.#rowFlags(), await this.#data.timeIndex()];
    return index.stretches.map((stretch) => {
      const { from, to, least, most } = stretch;
      const rows = () => {
        const own = flags.subarray(from, to);
        return own.includes(1) ? flaggedRows(own).map((row) => row + from) : NO_ROWS;
      };
      const times = () => {
        const own = index.timesOf(stretch);
        return { time: (row: number) => own[row - from] ?? 0 };
      };
      return { least, most, rows, times };
    });
  }

  async columns(): Promise<RowColumns> {
    return await columnsOf(this.#data);
  }

  async places(): Promise<RowPlaces> {
    return placesOf(await this.#data.lengths(), (await this.#data.runs()).stretches);
  }

  async load(rows: Uint32Array): Promise<RecordSet> {
    const times = this.#areFew ? (await this.#few()).times : undefined;
    const few = await loadFewRows(this.#data, rows, times);
    return few ?? (await loadRows(this.#data, rows, this.#pace));
  }

  get #areFew(): boolean {
    return areFew(this.#found, this.count);
  }

  async #few(): Promise<FewMatches> {
    this.#fewMatches ??= await fewMatches(this.#data, this.#found);
    return this.#fewMatches;
  }

  async #rowFlags(): Promise<Uint8Array> {
    this.#flags ??= await flagRows(this.#data, this.#found);
    return this.#flags;
  }
}

/** Few matches, and the times of all rows of their stretches. */
interface FewMatches {
  /** Ascending. */
  readonly rows: ReadonlyMap<Stretch, readonly number[]>;
  readonly times: TimesByStretch;
}

/** Without a look at sections of ids and at stretches that have none of them. */
async function fewMatches(data: ChunkData, found: FoundRows): Promise<FewMatches> {
  const { stretches } = await data.runs();
  const all = Uint32Array.from(await fewRows(data, found)).sort();
  const rows = Map.groupBy(all, (row) => stretchAt(stretches, row));
  const times = timesOfSome(await data.timeBytes(), stretches, new Set(rows.keys()));
  return { rows, times };
}

function fewRuns({ rows, times }: FewMatches): TimedRun[] {
  return [...rows].map(([stretch, own]) => {
    const time = (row: number) => times.get(stretch)?.[row - stretch.from] ?? 0;
    const all = own.map(time);
    const bounds = { least: Math.min(...all), most: Math.max(...all) };
    return { ...bounds, rows: () => Uint32Array.from(own), times: () => ({ time }) };
  });
}

/** @param wanted the rows that are asked for; without it any may be */
async function columnsOf(data: ChunkData, wanted?: Uint32Array): Promise<RowColumns> {
  const { stretches } = await data.runs();
  const times = await data.times();
  const level = await levelsOf(data, wanted);
  let current: Stretch | undefined;
  return {
    time: (row) => times[row] ?? 0,
    level,
    source(row) {
      if (!current || row < current.from || row >= current.to) current = stretchAt(stretches, row);
      return current.source;
    },
  };
}

/** Most templates have one level: for a page it is seldom that the others have to be decoded. */
async function levelsOf(data: ChunkData, wanted?: Uint32Array): Promise<RowColumns['level']> {
  const [{ template }, { level }] = [await data.ids(), await data.slots()];
  if (wanted && !wanted.some((row) => level[template[row] ?? 0] === LEVEL_VARIES)) {
    return (row) => LEVELS[(level[template[row] ?? 0] ?? 0) - 1];
  }
  const levels = await data.levels();
  return (row) => LEVELS[(levels[row] ?? 0) - 1];
}

async function loadRows(data: ChunkData, wanted: Uint32Array, pace: Pace): Promise<RecordSet> {
  const { head, stretches } = await data.runs();
  const columns = await columnsOf(data, wanted);
  const lengths = await data.lengths();
  const stampOf = await timestampLengths(data);
  const { bytes, start } = await decodeRows(data, wanted, pace);
  const places = new Map<number, number>();
  for (const [index, row] of wanted.entries()) places.set(row, index);
  const stored = (row: number) => {
    const index = places.get(row);
    if (index === undefined) throw new RangeError(`row ${row} was not loaded`);
    return bytes.subarray(start[index], start[index + 1]);
  };
  return {
    ...columns,
    count: head.rows,
    isVisible: () => true,
    ...placesOf(lengths, stretches),
    sequence: (row) => stretchAt(stretches, row).sequence,
    observed: (row) => stretchAt(stretches, row).observed,
    timestampLength: stampOf,
    body(row) {
      const whole = stored(row);
      const ended = whole.at(-1) === 10 && !stretchAt(stretches, row).mapped;
      return ended ? whole.subarray(0, -1) : whole;
    },
  };
}
