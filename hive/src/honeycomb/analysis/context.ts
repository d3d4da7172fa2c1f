/**
 * The lines around a record in its own file: rows of its generation by their offsets, wherever they are.
 * Sets are looked at from the nearest in time on, until the lines on both sides follow one another
 * without a gap.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { ANALYSIS_DEADLINE_MS } from '@apiary/common/limits/analysis.ts';
import type { RemoteRow } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { Context, contextRequestSchema } from '@apiary/common/messages/analysis.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import type { z } from 'zod';
import type { HoldingsSnapshot } from '../holdings/holdings.ts';
import type { Pace, RowColumns, RowPlaces } from '../records/record-set.ts';
import { recordOf } from '../records/row-view.ts';
import { createPace, TimeIsUp } from '../search/pace.ts';
import type { Source } from '../search/plan.ts';
import type { SearchContext } from '../search/search.ts';
import { type PlannedResult, planResult, setOf } from './reduce.ts';

type Request = z.output<typeof contextRequestSchema>;

interface Found {
  readonly offset: number;
  /** Where the next record of the generation begins. */
  readonly end: number;
  readonly record: LogRecord;
}

/** Finds the lines. @throws AppError `not-found` when the record is not stored, `deadline-passed` */
export async function readContext(
  context: SearchContext,
  request: Request,
  { snapshot, signal }: { readonly snapshot: HoldingsSnapshot; readonly signal: AbortSignal },
): Promise<Context> {
  const began = performance.now();
  const isOver = () => performance.now() - began > ANALYSIS_DEADLINE_MS;
  const pace = createPace({ signal, isOver });
  const planned = planResult(context, { query: '' }, snapshot);
  const near = new Near(request);
  const missing: string[] = [];
  for (const source of byDistance(planned.sources, request.time)) {
    if (near.isComplete) break;
    try {
      await near.look(context, { planned, source, pace });
    } catch (error) {
      if (error instanceof TimeIsUp) {
        missing.push('the time was up before all chunks were looked at');
        break;
      }
      if (toAppError(error).code !== 'not-found') throw error;
      missing.push('a chunk that was dropped meanwhile');
    }
  }
  return near.answer(missing);
}

/** Of a snapshot the rows that are nearest to a record of the same file, on both sides; the record among them. */
export async function nearRows(
  context: NearContext,
  request: Omit<Request, 'time'>,
  at: { readonly snapshot: HoldingsSnapshot; readonly pace: Pace; readonly missing: string[] },
): Promise<RemoteRow[]> {
  const planned = planResult(context, { query: '' }, at.snapshot);
  const near = new Near(request);
  for (const source of planned.sources) {
    try {
      await near.look(context, { planned, source, pace: at.pace });
    } catch (error) {
      if (!(error instanceof TimeIsUp) && toAppError(error).code !== 'not-found') throw error;
      at.missing.push('lines of another honeycomb: the time was up, or a chunk was dropped');
      break;
    }
  }
  return near.found.map(({ offset, end, record }) => {
    return { record, sourceLength: end - offset, timestampLength: 0, sequence: 0 };
  });
}

type NearContext = Pick<SearchContext, 'cache'> & { readonly clock: Pick<Clock, 'now'> };

/** The sets whose times are nearest come first. */
function byDistance(sources: readonly Source[], time: number | undefined): readonly Source[] {
  if (time === undefined) return sources;
  const distance = ({ minTime, maxTime }: Source) => Math.max(minTime - time, time - maxTime, 0);
  return [...sources].sort((a, b) => distance(a) - distance(b));
}

class Near {
  readonly #generation: string;
  readonly #offset: number;
  readonly #wanted: { readonly before: number; readonly after: number };
  /** By offset; the record itself among those after. */
  #before: Found[] = [];
  #after: Found[] = [];

  constructor({ id, before, after }: Omit<Request, 'time'>) {
    const [generation = '', offset = ''] = id.split(':');
    this.#generation = generation;
    this.#offset = Number(offset);
    this.#wanted = { before, after: after + 1 };
  }

  /** What was found so far, by offset. */
  get found(): readonly Found[] {
    return [...this.#before, ...this.#after];
  }

  /** True when no other row can be nearer. */
  get isComplete(): boolean {
    const { before, after } = this.#wanted;
    const first = this.#before[0];
    const all = [...this.#before, ...this.#after];
    const reachesBack = this.#before.length >= before || first?.offset === 0 || this.#offset === 0;
    if (!reachesBack || this.#after.length < after) return false;
    return all.every((each, index) => index === 0 || all[index - 1]?.end === each.offset);
  }

  /** Takes in the nearest rows of one set. */
  async look(
    context: Pick<SearchContext, 'cache'>,
    at: { readonly planned: PlannedResult; readonly source: Source; readonly pace: Pace },
  ): Promise<void> {
    const { pace } = at;
    const set = setOf(context, at.source);
    const matches = await set.select({ ...at.planned.selection, pace });
    const own = rowsOf(this.#generation, await matches.columns(), await matches.rows());
    if (own.length === 0) return;
    const wanted = this.#nearest(await matches.places(), own);
    if (wanted.length === 0) return;
    const loaded = await matches.load(Uint32Array.from(wanted.toSorted((a, b) => a - b)));
    const found = wanted.map((row): Found => {
      const offset = loaded.offset(row);
      const end = offset + loaded.sourceLength(row);
      return { offset, end, record: recordOf(loaded, row) };
    });
    const { before, after } = this.#wanted;
    this.#before = sorted([...this.#before, ...found.filter((each) => each.offset < this.#offset)]);
    if (this.#before.length > before)
      this.#before = before === 0 ? [] : this.#before.slice(-before);
    const behind = found.filter((each) => each.offset >= this.#offset);
    this.#after = sorted([...this.#after, ...behind]).slice(0, after);
  }

  /** The answer. @throws AppError `not-found` */
  answer(missing: string[]): Context {
    const [hit] = this.#after;
    if (hit?.offset !== this.#offset) {
      throw new AppError(
        'not-found',
        `The record ${this.#generation}:${this.#offset} is not stored.`,
      );
    }
    const all = [...this.#before, ...this.#after];
    const hasGap = all.some((each, index) => index > 0 && all[index - 1]?.end !== each.offset);
    return {
      records: all.map(({ record }) => record),
      index: this.#before.length,
      missing: hasGap ? [...missing, 'some bytes between these lines are not stored'] : missing,
    };
  }

  /** Rows of one set that can be in the answer. */
  #nearest(places: RowPlaces, rows: readonly number[]): number[] {
    const byOffset = [...rows].sort((a, b) => places.offset(a) - places.offset(b));
    const at = byOffset.findIndex((row) => places.offset(row) >= this.#offset);
    const middle = at < 0 ? byOffset.length : at;
    const { before, after } = this.#wanted;
    return byOffset.slice(Math.max(0, middle - before), middle + after);
  }
}

function rowsOf(generation: string, columns: RowColumns, rows: Uint32Array): number[] {
  const own: number[] = [];
  for (const row of rows) if (columns.source(row).generation === generation) own.push(row);
  return own;
}

function sorted(found: Found[]): Found[] {
  return found.sort((a, b) => a.offset - b.offset);
}
