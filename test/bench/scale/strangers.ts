/**
 * Honeycombs that share nothing, neither a broker's queues nor a database nor a line, each a site of its own: what as
 * many processes cost on one machine before they work together. All of them are asked each question at once, and each
 * gives what it has.
 */
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import type { MemberFigures, Question, Site } from './site.ts';

/** See the file's head. */
export class Strangers implements Site {
  readonly #sites: readonly Site[];
  readonly #marks: readonly string[];

  /** @param marks of each: a message is for the one that has the first digit of its generation */
  constructor(sites: readonly Site[], marks: readonly string[]) {
    this.#sites = sites;
    this.#marks = marks;
  }

  get members(): readonly MemberFigures[] {
    return this.#sites.flatMap(({ members }) => members);
  }

  get looks(): number {
    return Math.max(...this.#sites.map(({ looks }) => looks));
  }

  cpuSeconds(): number {
    return this.#sites.reduce((sum, site) => sum + site.cpuSeconds(), 0);
  }

  async ingest(messages: Iterable<AppendMessage>): Promise<readonly MemberFigures[]> {
    const dealt: AppendMessage[][] = this.#sites.map(() => []);
    for (const message of messages) {
      const mark = message.message.runs[0]?.generation[0] ?? '';
      const to = dealt[this.#marks.findIndex((marks) => marks.includes(mark))];
      if (!to) throw new RangeError(`nobody takes streams of mark ${mark}`);
      to.push(message);
    }
    // One that gets nothing, as while the others warm up, is not looked at.
    const busy = this.#sites.map(async (site, index) => {
      const own = dealt[index] ?? [];
      return own.length > 0 ? await site.ingest(own) : site.members;
    });
    return (await Promise.all(busy)).flat();
  }

  async look(): Promise<readonly MemberFigures[]> {
    return (await Promise.all(this.#sites.map((site) => site.look()))).flat();
  }

  async ask(query: string, more: Question): Promise<number> {
    const totals = await Promise.all(this.#sites.map((site) => site.ask(query, more)));
    return totals.reduce((sum, total) => sum + total, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sites.map((site) => site.stop()));
  }
}
