/** Lines that have just come in one by one: the list lets them fade in. A burst is no news line by line. */
import type { LogRecord } from '@apiary/common/record.ts';

/** How long a line counts as new. */
export const NEW_LINE_MS = 600;
/** 20 lines a second; above that nothing fades. */
const LINES_MAX = 12;

/** See the top of this file. */
export class NewLines {
  /** Id → when it was first drawn. */
  readonly #drawn = new Map<string, number>();
  #burstMs = Number.NEGATIVE_INFINITY;

  /** Notes lines that are drawn now for the first time. */
  add(records: readonly LogRecord[], nowMs: number): void {
    for (const [id, atMs] of this.#drawn) if (nowMs - atMs >= NEW_LINE_MS) this.#drawn.delete(id);
    if (this.#drawn.size + records.length > LINES_MAX) {
      this.#drawn.clear();
      this.#burstMs = nowMs;
    }
    if (nowMs - this.#burstMs < NEW_LINE_MS) return;
    for (const { id } of records) this.#drawn.set(id, nowMs);
  }

  /** True for a line that is still new. */
  has(id: string, nowMs: number): boolean {
    const atMs = this.#drawn.get(id);
    return atMs !== undefined && nowMs - atMs < NEW_LINE_MS;
  }
}
