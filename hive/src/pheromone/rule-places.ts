/**
 * Where a rule's queries stand in the log, at each honeycomb, and how far time has passed for all of them: a
 * window is over when every honeycomb has judged what it stored until then.
 */
import { stretchOf } from '@apiary/common/chunks/stretch.ts';
import type { LiveMatches, StandAnswer } from '@apiary/common/messages/live.ts';
import {
  beginAt,
  type Cursor,
  caughtUp,
  type Move,
  moveByMatches,
  moveByPosition,
  moved,
  type Place,
  type Position,
  withoutPast,
} from '@apiary/common/standing/place.ts';
import type { SampleSource } from './conditions/condition.ts';
import type { RuleState } from './model.ts';

/** See the file's head. */
export class RulePlaces {
  readonly #sources: readonly SampleSource[];
  readonly #places: { query?: Place | undefined; of?: Place | undefined };
  /** Source and stretch → until when it was judged. */
  readonly #passedMs = new Map<string, number>();

  constructor(stored: RuleState['cursors'], sources: readonly SampleSource[]) {
    this.#places = { ...stored };
    this.#sources = sources;
  }

  get(source: SampleSource): Place | undefined {
    return this.#places[source];
  }

  get stored(): RuleState['cursors'] {
    return { ...this.#places };
  }

  /** A query without a place begins where the answer says. True if it did. */
  begin(source: SampleSource, answer: StandAnswer, index: number): boolean {
    if (this.#places[source]) return false;
    this.#places[source] = beginAt(answer, index);
    return true;
  }

  byMatches(source: SampleSource, message: LiveMatches): Move {
    return moveByMatches(this.#places[source], message);
  }

  byPosition(source: SampleSource, position: Position): Move {
    return moveByPosition(this.#places[source], position);
  }

  /** True where something was judged of which nothing came yet. */
  isBehind(source: SampleSource, positions: readonly Position[]): boolean {
    return positions.some((position) => this.byPosition(source, position).kind === 'gap');
  }

  /** Takes note of what was judged. */
  move(source: SampleSource, to: Cursor): void {
    const place = this.#places[source];
    if (place) this.#places[source] = moved(place, to);
  }

  /** Takes note of until when that stretch was judged. */
  passed(source: SampleSource, { committed, atMs }: Position): void {
    const key = keyOf(source, committed);
    this.#passedMs.set(key, Math.max(atMs, this.#passedMs.get(key) ?? atMs));
  }

  /** All that an answer told was followed; windows that begin at `mark` may still need what is over. */
  caughtUp(
    source: SampleSource,
    answer: StandAnswer,
    mark: RuleState['marks'][number] | undefined,
  ) {
    const place = this.#places[source];
    if (!place) return;
    const isNeeded = ({ sequence }: Cursor) => mark?.sequences.includes(sequence) === false;
    this.#places[source] = withoutPast(caughtUp(place, answer), isNeeded);
  }

  /** Until when everything was judged; undefined while one honeycomb has not said. */
  watermarkMs(): number | undefined {
    let watermarkMs = Number.POSITIVE_INFINITY;
    for (const source of this.#sources) {
      const place = this.#places[source];
      if (!place || place.pending.length > 0) return undefined;
      for (const { sequence, isOver } of place.cursors) {
        if (isOver) continue;
        const passedMs = this.#passedMs.get(keyOf(source, sequence));
        if (passedMs === undefined) return undefined;
        watermarkMs = Math.min(watermarkMs, passedMs);
      }
    }
    return watermarkMs === Number.POSITIVE_INFINITY ? undefined : watermarkMs;
  }
}

function keyOf(source: SampleSource, sequence: number): string {
  return `${source} ${stretchOf(sequence)}`;
}
