/** Found records with the lines around them in their files, as `search --context` shows them. */
import { toAppError } from '@apiary/common/errors.ts';
import type { Context } from '@apiary/common/messages/analysis.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { ROUTES } from '@apiary/queen/routes.ts';
import type { ApiClient } from './api-client.ts';
import { type JsonRecord, jsonRecord, recordLine } from './record-lines.ts';

/** See the file's head. */
export class Surroundings {
  readonly #found: ReadonlyMap<string, Context>;
  readonly missing: readonly string[];

  private constructor(found: ReadonlyMap<string, Context>, missing: readonly string[]) {
    this.#found = found;
    this.missing = missing;
  }

  /** Reads so many lines before and after each record. */
  static async read(
    client: ApiClient,
    records: readonly LogRecord[],
    lines: number,
  ): Promise<Surroundings> {
    const found = new Map<string, Context>();
    const missing = new Set<string>();
    for (const { id, time } of records) {
      const request = { id, time, before: lines, after: lines };
      const context = await client.call(ROUTES.context, request).catch((error: unknown) => {
        const { code, message } = toAppError(error);
        if (code !== 'not-found') throw error;
        missing.add(`what stands around a line: ${message}`);
      });
      if (!context) continue;
      found.set(id, context);
      for (const piece of context.missing) missing.add(piece);
    }
    return new Surroundings(found, [...missing]);
  }

  /** The lines before and after a record, in its file's order. */
  jsonOf({ id }: LogRecord): { readonly before: JsonRecord[]; readonly after: JsonRecord[] } {
    const { records, index } = this.#found.get(id) ?? { records: [], index: 0 };
    return {
      before: records.slice(0, index).map(jsonRecord),
      after: records.slice(index + 1).map(jsonRecord),
    };
  }

  /**
   * Lines for a terminal: `>` marks what was found, `--` stands between lines that do not follow one
   * another. A line that stands around two of them is given once.
   */
  *lines(records: readonly LogRecord[], hasColour: boolean): Generator<string> {
    const hits = new Set(records.map(({ id }) => id));
    const given = new Set<string>();
    for (const record of records) {
      const around = this.#found.get(record.id)?.records ?? [record];
      const fresh = around.filter(({ id }) => !given.has(id));
      if (fresh.length === around.length && given.size > 0) yield '--\n';
      for (const each of fresh) {
        given.add(each.id);
        yield `${hits.has(each.id) ? '>' : ' '} ${recordLine(each, hasColour)}\n`;
      }
    }
  }
}
