/**
 * Questions that are asked while everything is being killed: what is not marked as partial has to be right.
 * Lines come one after the other and never go, so of each query a complete answer has at least what any
 * earlier one had, and at most what was written by the time it came.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchPart, SearchRequest } from '@apiary/common/messages/actions/honeycomb.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** Who is asked, and about what. */
export interface QuestionsOptions {
  readonly search: (request: SearchRequest) => AsyncIterable<SearchPart>;
  /** The word of all lines. */
  readonly mark: string;
  /** Lines written so far, by file. */
  readonly written: () => readonly number[];
  readonly random?: () => number;
}

/** What became of all questions. */
export interface Answers {
  readonly asked: number;
  /** Said themselves that something is missing. */
  readonly partial: number;
  /** Nobody answered, or said why not: what was asked is being killed. */
  readonly unanswered: number;
  readonly wrong: number;
  /** The first few wrong ones, and what is wrong with them. */
  readonly examples: readonly string[];
}

const EXAMPLES = 12;
const PAGE = 200;
const BUCKETS = 50;
/** Lines that were seen and are asked for again. */
const KNOWN_MAX = 2_000;
const PAUSE_MS = 100;
/** Of a question at the end; together they wait for half a minute. */
const LAST_TRIES = 25;

/** A complete answer. */
interface Answer {
  readonly records: readonly LogRecord[];
  readonly total: number;
  readonly counted: number | undefined;
}

/** A line that was in a complete answer. */
interface KnownLine {
  readonly file: number;
  readonly number: number;
  readonly id: string;
}

interface Question {
  readonly request: SearchRequest;
  /** What is wrong with a complete answer. */
  readonly wrong: (answer: Answer) => string | undefined;
}

/** See the file's head. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #random: () => number;
  /** Query → what its last complete answer counted. */
  readonly #least = new Map<string, number>();
  readonly #known: KnownLine[] = [];
  readonly #examples: string[] = [];
  readonly #counts = { asked: 0, partial: 0, unanswered: 0, wrong: 0 };
  #isOver = false;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Asks one after the other until it is stopped. */
  start(): void {
    this.#asking = (async () => {
      while (!this.#isOver) {
        await this.askOne();
        await sleep(PAUSE_MS);
      }
    })();
  }

  /** Waits for the last answer. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#asking;
  }

  get answers(): Answers {
    return { ...this.#counts, examples: this.#examples };
  }

  /** Asks one question of any kind. */
  async askOne(): Promise<void> {
    const makers = [
      () => this.#count(),
      () => this.#count(),
      () => this.#newest(),
      () => this.#ofFile(),
      () => this.#knownLine(),
      () => this.#byTime(),
    ];
    const question = makers[Math.floor(this.#random() * makers.length)]?.();
    if (question) await this.#ask(question);
  }

  /** Asks for each file how many lines it has, when nothing comes any more: exactly what was written. */
  async askAtTheEnd(): Promise<void> {
    for (const [file, lines] of this.#options.written().entries()) {
      const query = `${this.#options.mark} AND f${file}`;
      const wrong = ({ total }: Answer) =>
        total === lines ? undefined : `${total} in place of ${lines}`;
      const question: Question = { request: { query, limit: 0 }, wrong };
      let tries = 1;
      while (!(await this.#ask(question)) && tries < LAST_TRIES) {
        tries++;
        await sleep(PAUSE_MS * tries);
      }
      if (tries === LAST_TRIES) this.#isWrong(question.request, 'no complete answer at the end');
    }
  }

  #count(): Question {
    return this.#counting({ query: this.#options.mark, limit: 0 }, () => this.#writtenIn());
  }

  #ofFile(): Question {
    const { mark, written } = this.#options;
    const file = Math.floor(this.#random() * written().length);
    const request: SearchRequest = {
      query: `${mark} AND f${file}`,
      limit: PAGE,
      order: 'oldest',
    };
    return this.#counting(request, () => this.#writtenIn(file));
  }

  #newest(): Question {
    return this.#counting({ query: this.#options.mark, limit: PAGE }, () => this.#writtenIn());
  }

  #byTime(): Question {
    const request: SearchRequest = {
      query: this.#options.mark,
      limit: 0,
      histogram: { buckets: BUCKETS },
    };
    return this.#counting(request, () => this.#writtenIn());
  }

  #knownLine(): Question {
    const known = this.#known[Math.floor(this.#random() * this.#known.length)];
    if (!known) return this.#newest();
    const query = `${this.#options.mark} AND f${known.file} AND n${known.number}`;
    const wrong = ({ records, total }: Answer) => {
      const ids = records.map(({ id }) => id);
      const isIt = total === 1 && ids.length === 1 && ids[0] === known.id;
      return isIt ? undefined : `${total} records, ${ids} in place of ${known.id}`;
    };
    return { request: { query, limit: PAGE }, wrong };
  }

  /** Its total is compared with earlier ones of the query; its records are told apart, and are in order. */
  #counting(request: SearchRequest, most: () => number): Question {
    const least = this.#least.get(request.query) ?? 0;
    const wrong = (answer: Answer) => {
      const { total, records, counted } = answer;
      this.#least.set(request.query, Math.max(total, this.#least.get(request.query) ?? 0));
      if (total < least) return `${total} where there were ${least} before`;
      if (total > most()) return `${total} where ${most()} are written`;
      if (counted !== undefined && counted !== total) return `${counted} by time, ${total} in all`;
      const expected = Math.min(request.limit ?? 0, total);
      if (records.length !== expected) return `${records.length} records of ${expected}`;
      return this.#wrongWith(records, request);
    };
    return { request, wrong };
  }

  #wrongWith(records: readonly LogRecord[], { order }: SearchRequest): string | undefined {
    const lines = new Set<string>();
    let before: number | undefined;
    for (const { id, body, time } of records) {
      const [, file, number] = / f(\d+) n(\d+) /.exec(body) ?? [];
      if (file === undefined || number === undefined) return `a line that nobody wrote: ${body}`;
      if (lines.has(`${file}/${number}`)) return `line ${number} of file ${file} twice`;
      lines.add(`${file}/${number}`);
      const isBehind = before !== undefined && (order === 'oldest' ? time < before : time > before);
      if (isBehind) return `${id} is out of order`;
      before = time;
      this.#remember({ file: Number(file), number: Number(number), id });
    }
    return undefined;
  }

  #remember(line: KnownLine): void {
    if (this.#known.length < KNOWN_MAX) this.#known.push(line);
    else this.#known[Math.floor(this.#random() * KNOWN_MAX)] = line;
  }

  #writtenIn(file?: number): number {
    const written = this.#options.written();
    return file === undefined
      ? written.reduce((sum, lines) => sum + lines, 0)
      : (written[file] ?? 0);
  }

  /** True when the answer was complete. */
  async #ask({ request, wrong }: Question): Promise<boolean> {
    this.#counts.asked++;
    const answer = await this.#answerTo(request);
    if (!answer) return false;
    const fault = wrong(answer);
    if (fault !== undefined) this.#isWrong(request, fault);
    return true;
  }

  async #answerTo(request: SearchRequest): Promise<Answer | undefined> {
    const records: LogRecord[] = [];
    let counted: number | undefined;
    try {
      for await (const part of this.#options.search(request)) {
        if (part.type === 'records') records.push(...part.records);
        else if (part.type === 'counts') counted = sumOf(part.histogram?.levels);
        else if (part.missing.length === 0) return { records, total: part.total, counted };
        else this.#counts.partial++;
      }
    } catch {
      // Whatever it had said before was not its answer.
      this.#counts.unanswered++;
    }
    return undefined;
  }

  #isWrong({ query }: SearchRequest, fault: string): void {
    this.#counts.wrong++;
    if (this.#examples.length < EXAMPLES) this.#examples.push(`${query}: ${fault}`);
  }
}

function sumOf(levels: Readonly<Record<string, readonly number[]>> | undefined) {
  return (
    levels &&
    Object.values(levels)
      .flat()
      .reduce((sum, count) => sum + count, 0)
  );
}
