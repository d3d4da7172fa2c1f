import type { Clock } from '../../clock.ts';
import { CATALOGUE_ROWS_PER_STATE, CATALOGUE_STATE_BYTES_MAX } from '../../limits/mongodb.ts';
import { bytesOf, bytesValue, type Row } from '../../mongodb/database.ts';
import { newId } from '../../random.ts';
import { Turns } from '../../turns.ts';
import { type CatalogueChange, CatalogueState, readChange } from './catalogue-state.ts';
import { type LogRow, type RowLogs, rowId } from './row-log.ts';

const NAME = 'catalogue';

/**
 * The catalogue as this process knows it, and the only way to change it: a row at the end of its log. Every
 * commit of every honeycomb is one, so they have an order, and its number is the catalogue's version.
 */
export class CatalogueLog {
  readonly #logs: RowLogs;
  readonly #clock: Clock;
  readonly #state = new CatalogueState();
  readonly #turns = new Turns();
  #knownMs = Number.NEGATIVE_INFINITY;
  /** A look that has not begun yet. */
  #nextLook: Promise<CatalogueState> | undefined;

  constructor(logs: RowLogs, clock: Clock) {
    this.#logs = logs;
    this.#clock = clock;
  }

  /** As of the last look. */
  get state(): CatalogueState {
    return this.#state;
  }

  /**
   * Looks for rows of others. Whoever asks before a look begins shares it.
   *
   * @param atLeast a number of a row that is enough: once that is known there is no need to look
   */
  async refresh(atLeast?: number): Promise<CatalogueState> {
    if (atLeast !== undefined && this.#state.number >= atLeast) return this.#state;
    this.#nextLook ??= this.#turns.take(NAME, () => {
      this.#nextLook = undefined;
      return this.#refresh();
    });
    return await this.#nextLook;
  }

  /**
   * Makes one change.
   *
   * @param make gives it for what is known; called again when another process was faster. What it throws
   * refuses the change
   */
  async commit(make: (state: CatalogueState) => CatalogueChange): Promise<CatalogueState> {
    return await this.#turns.take(NAME, async () => {
      for (;;) {
        await this.#refresh();
        if (await this.#append(make(this.#state))) return this.#state;
      }
    });
  }

  async #refresh(): Promise<CatalogueState> {
    const lookedMs = this.#clock.now();
    const isNew = this.#knownMs === Number.NEGATIVE_INFINITY;
    const next = this.#state.number + 1;
    if (isNew || (await this.#logs.isBehind(NAME, next, this.#knownMs))) {
      const { first, rows } = await this.#logs.load(NAME);
      const [head] = rows;
      this.#state.reset(first - 1, undefined);
      if (head?.state !== undefined) this.#state.reset(first, bytesOf(head.state));
      this.#apply(rows.slice(this.#state.number - first + 1));
    } else {
      this.#apply(await this.#logs.read(NAME, next));
    }
    this.#knownMs = lookedMs;
    return this.#state;
  }

  #apply(rows: readonly Row[]): void {
    for (const row of rows) this.#state.apply(this.#state.number + 1, readChange(row.change));
  }

  /** False if another process was faster. */
  async #append(change: CatalogueChange): Promise<boolean> {
    const number = this.#state.number + 1;
    const row: LogRow = {
      _id: rowId(NAME, number),
      version: 1,
      by: newId(),
      change: JSON.stringify(change),
      ...this.#stateOf(number, change),
    };
    if ((await this.#logs.insert([row])).size > 0) return false;
    if (await this.#logs.isBehind(NAME, number, this.#knownMs)) {
      // It had been there, and was deleted: what was just written is nobody's.
      await this.#logs.delete([row._id]);
      this.#knownMs = Number.NEGATIVE_INFINITY;
      return false;
    }
    this.#state.apply(number, change);
    if (row.state !== undefined) await this.#raise(number);
    return true;
  }

  #stateOf(number: number, change: CatalogueChange): { readonly state?: unknown } {
    if (number % CATALOGUE_ROWS_PER_STATE !== 0) return {};
    const after = new CatalogueState();
    after.reset(number - 1, this.#state.encode());
    after.apply(number, change);
    const encoded = after.encode();
    return encoded.length > CATALOGUE_STATE_BYTES_MAX ? {} : { state: bytesValue(encoded) };
  }

  async #raise(number: number): Promise<void> {
    await this.#logs.raise(NAME, number);
    const first = Math.max(1, number - 2 * CATALOGUE_ROWS_PER_STATE);
    const before = Array.from({ length: number - first }, (_, index) => rowId(NAME, first + index));
    this.#logs.deleteLater(before);
  }
}
