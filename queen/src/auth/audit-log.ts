/**
 * Who changed what, when, and what came of it. A change is noted before it is made and its outcome
 * after, so that not even a crash hides one; ids run backwards in time, so the newest come first.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  AUDIT_ENTRIES_MAX,
  AUDIT_LIFE_MS,
  AUDIT_REFUSALS_PER_MINUTE_MAX,
  AUDIT_TRIM_INTERVAL,
} from '@apiary/common/limits/access.ts';
import { type AuditEntry, auditEntrySchema } from '@apiary/common/messages/access.ts';

/** What an entry tells beside its time and outcome. */
export type AuditFacts = Omit<AuditEntry, 'id' | 'atMs' | 'result'>;

const AUDIT: CollectionDefinition<AuditEntry> = {
  name: 'audit',
  schema: auditEntrySchema,
  indexes: ['who', 'action', 'result'],
};

const TIME_DIGITS = 10;
const ORDER_DIGITS = 4;

/** See the file's head. */
export class AuditLog {
  readonly #entries: Collection<AuditEntry>;
  readonly #clock: Clock;
  #noted = 0;
  #sinceTrim = AUDIT_TRIM_INTERVAL;
  #refusals = { minute: 0, count: 0 };

  readonly #onNotNoted: (error: unknown) => void;

  private constructor(
    entries: Collection<AuditEntry>,
    clock: Clock,
    onNotNoted: (error: unknown) => void,
  ) {
    this.#entries = entries;
    this.#clock = clock;
    this.#onNotNoted = onNotNoted;
  }

  /** Opens the collection; `onNotNoted` is told of an outcome that could not be written. */
  static async open(
    documents: Documents,
    clock: Clock,
    onNotNoted: (error: unknown) => void,
  ): Promise<AuditLog> {
    return new AuditLog(await documents.collection(AUDIT), clock, onNotNoted);
  }

  /** Notes a change, makes it, and notes what came of it. What cannot be noted is not made. */
  async change<T>(facts: AuditFacts, make: () => Promise<T>): Promise<T> {
    const id = await this.record(facts, 'begun');
    let result = 'ok';
    try {
      return await make();
    } catch (error) {
      result = toAppError(error).code;
      throw error;
    } finally {
      // The change is made or not: an outcome that cannot be noted stays `begun`.
      await this.#finish(id, result).catch((error: unknown) => this.#onNotNoted(error));
    }
  }

  /** Notes something that is over. */
  async record(facts: AuditFacts, result: string): Promise<string> {
    const atMs = this.#clock.now();
    this.#noted += 1;
    // Those of one millisecond stand in their order too; the rest is for another Queen's.
    const order = descending(this.#noted % 36 ** ORDER_DIGITS, ORDER_DIGITS);
    const id = `${timeKey(atMs)}-${order}-${randomBytes(4).toString('hex')}`;
    await this.#entries.insert({ id, atMs, ...facts, result });
    this.#sinceTrim += 1;
    if (this.#sinceTrim >= AUDIT_TRIM_INTERVAL) {
      this.#sinceTrim = 0;
      await this.#trim();
    }
    return id;
  }

  /** Notes a refused request, unless there were too many in this minute. */
  async refused(facts: AuditFacts, code: string): Promise<void> {
    const minute = Math.floor(this.#clock.now() / 60_000);
    if (this.#refusals.minute !== minute) this.#refusals = { minute, count: 0 };
    this.#refusals.count += 1;
    if (this.#refusals.count <= AUDIT_REFUSALS_PER_MINUTE_MAX) await this.record(facts, code);
  }

  /** The newest first; `after` an entry's id continues behind it. */
  async list(page: {
    readonly limit: number;
    readonly after?: string | undefined;
    readonly who?: string | undefined;
    readonly action?: string | undefined;
  }): Promise<AuditEntry[]> {
    const { limit, after, who, action } = page;
    const filter = { ...(who !== undefined && { who }), ...(action !== undefined && { action }) };
    const found = await this.#entries.find(filter, {
      limit,
      ...(after !== undefined && { after }),
    });
    return found.map(({ document }) => document);
  }

  async #finish(id: string, result: string): Promise<void> {
    await this.#entries.update(id, (entry) => entry && { ...entry, result });
  }

  async #trim(): Promise<void> {
    const eldest = timeKey(this.#clock.now() - AUDIT_LIFE_MS);
    let after = '';
    let kept = 0;
    for (;;) {
      const page = await this.#entries.find({}, { after });
      for (const { document } of page) {
        after = document.id;
        if (kept < AUDIT_ENTRIES_MAX && document.id < eldest) kept += 1;
        else await this.#entries.delete(document.id);
      }
      if (page.length === 0) return;
    }
  }
}

/** Later times give smaller keys. */
function timeKey(atMs: number): string {
  return descending(Math.floor(atMs), TIME_DIGITS);
}

function descending(value: number, digits: number): string {
  return (36 ** digits - 1 - value).toString(36).padStart(digits, '0');
}
