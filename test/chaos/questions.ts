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
  /** How long a question is asked again; default QUESTION_MS_MAX. */
  readonly questionMsMax?: number;
  /** Before a question is asked again, default RETRY_MS. */
  readonly retryMs?: number;
}

/** What became of all questions. */
export interface Answers {
  readonly asked: number;
  /** Questions that had no whole answer within their time. */
  readonly unanswered: number;
  readonly wrong: number;
  /** How often they were asked in all. */
  readonly tries: number;
  /** Tries whose answer said itself that something is missing. */
  readonly partial: number;
  /** Tries that nobody answered, or that were refused: what was asked is being killed. */
  readonly failed: number;
  /** What was missing, or why there was no answer → how many tries. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first few wrong ones, and what is wrong with them. */
  readonly examples: readonly string[];
}

const EXAMPLES = 12;
const PAGE = 200;
const BUCKETS = 50;
/** Lines that were seen and are asked for again. */
const KNOWN_MAX = 2_000;
const PAUSE_MS = 100;
/** Longer than the site takes to become whole after a kill, where it is given the time. */
const QUESTION_MS_MAX = 120_000;
const RETRY_MS = 200;
const REASONS_MAX = 30;

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
  readonly #counts = { asked: 0, unanswered: 0, wrong: 0, tries: 0, partial: 0, failed: 0 };
  readonly #reasons = new Map<string, number>();
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
    const reasons = Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b - a));
    return { ...this.#counts, reasons, examples: this.#examples };
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
      const request = { query, limit: 0 };
      if (!(await this.#ask({ request, wrong }))) {
        this.#isWrong(request, 'no complete answer at the end');
      }
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

  /** Asks until there is a complete answer, which is judged; false when none came in time. */
  async #ask({ request, wrong }: Question): Promise<boolean> {
    const { questionMsMax = QUESTION_MS_MAX, retryMs = RETRY_MS } = this.#options;
    this.#counts.asked++;
    const until = performance.now() + questionMsMax;
    for (;;) {
      this.#counts.tries++;
      const answer = await this.#answerTo(request);
      if (answer) {
        const fault = wrong(answer);
        if (fault !== undefined) this.#isWrong(request, fault);
        return true;
      }
      if (performance.now() >= until) break;
      await sleep(retryMs);
    }
    this.#counts.unanswered++;
    return false;
  }

  async #answerTo(request: SearchRequest): Promise<Answer | undefined> {
    const records: LogRecord[] = [];
    let counted: number | undefined;
    try {
      for await (const part of this.#options.search(request)) {
        if (part.type === 'records') records.push(...part.records);
        else if (part.type === 'counts') counted = sumOf(part.histogram?.levels);
        else if (part.missing.length === 0) return { records, total: part.total, counted };
        else {
          this.#counts.partial++;
          this.#because(part.missing);
          return undefined;
        }
      }
      throw new Error('the answer ended early');
    } catch (error) {
      // Whatever it had said before was not its answer.
      this.#counts.failed++;
      this.#because([error instanceof Error ? error.message : String(error)]);
    }
    return undefined;
  }

  /** Each reason counts once for a try, whatever ids and figures are in it. */
  #because(reasons: readonly string[]): void {
    const kinds = reasons.map((reason) =>
      reason.replace(/segment \S+?(?=[:,]|$)/g, 'segment …').replace(/\d+/g, '#'),
    );
    for (const kind of new Set(kinds)) {
      const isKept = this.#reasons.has(kind) || this.#reasons.size < REASONS_MAX;
      const key = isKept ? kind : 'others';
      this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + 1);
    }
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
