/** Measures of the benchmark of honeycomb: what ingest costs, what queries take, and their references. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { constants, zstdCompressSync } from 'node:zlib';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { atMost, type BenchRow, percentile } from '../bench.ts';
import type { Corpus } from './corpus.ts';
import type { Engine, Question } from './engine.ts';
import type { CorpusMessage } from './messages.ts';

/** Bytes. */
export const MB = 1e6;
const SECOND_US = 1e6;
const ZSTD_PIECE_BYTES = 8e6;
/** Messages in one commit, as ingest gathers them when much arrives. */
const MESSAGES_AT_ONCE = 8;
const ASKED_TIMES = 3;
/** Rounds before those, at least, and for so long: a server's code is compiled by then, in each of its threads. */
const WARM_UP = 4;
const WARM_UP_MS = 1000;

/** CPU seconds of this process so far, all threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / SECOND_US;
}

/** MB/s of zstd-1 over 8 MB pieces of all files, on one core. */
export function zstdRate(corpus: Corpus): number {
  let bytes = 0;
  let seconds = 0;
  for (const { path } of corpus.files) {
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += ZSTD_PIECE_BYTES) {
      const piece = whole.subarray(at, at + ZSTD_PIECE_BYTES);
      const began = cpuSeconds();
      zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
      seconds += cpuSeconds() - began;
      bytes += piece.length;
    }
  }
  return bytes / MB / seconds;
}

/** What ingest took. */
export interface IngestFigures {
  /** Raw bytes. */
  readonly bytes: number;
  /** Raw MB per CPU second of all threads together. */
  readonly rate: number;
  /** CPU seconds beside those of making messages. */
  readonly seconds: number;
}

/**
 * Takes messages in and seals it all.
 *
 * @param options `watch` is told after each commit, with the rows that it touched; `bytesMax` ends it early
 */
export async function ingestMessages(
  engine: Engine,
  messages: Iterator<CorpusMessage>,
  {
    watch,
    bytesMax = Number.POSITIVE_INFINITY,
  }: {
    watch?: (touched: Awaited<ReturnType<Engine['ingest']>>) => Promise<void> | undefined;
    bytesMax?: number;
  } = {},
): Promise<IngestFigures> {
  let making = 0;
  let bytes = 0;
  const began = cpuSeconds();
  while (bytes < bytesMax) {
    const batch: AppendMessage[] = [];
    const before = process.threadCpuUsage();
    while (batch.length < MESSAGES_AT_ONCE && bytes < bytesMax) {
      const { value, done } = messages.next();
      if (done) break;
      batch.push(value.append);
      bytes += value.rawBytes;
    }
    const { user, system } = process.threadCpuUsage(before);
    making += (user + system) / SECOND_US;
    if (batch.length === 0) break;
    const touched = await engine.ingest(batch);
    await watch?.(touched);
  }
  await engine.settle(true);
  const seconds = cpuSeconds() - began - making;
  return { bytes, rate: bytes / MB / seconds, seconds };
}

/** How long a question took. */
interface Asked {
  readonly total: number;
  readonly totalMs: number;
  /** Until the records were there; NaN where there are fewer than were asked for. */
  readonly pageMs: number;
}

/** Asks once. */
export async function askOnce(engine: Engine, question: Question): Promise<Asked> {
  const began = performance.now();
  let pageMs = Number.NaN;
  const total = await engine.ask(question, () => {
    pageMs = performance.now() - began;
  });
  return { total, totalMs: performance.now() - began, pageMs };
}

/** How long a question takes. */
export interface AskFigures {
  readonly total: number;
  readonly coldMs: number;
  readonly warmMs: number;
  /** Until the records were there, with nothing decoded; NaN where there are fewer than were asked for. */
  readonly pageMs: number;
}

/** Asks so many times with nothing decoded, and with what the cache keeps; medians. */
export async function ask(engine: Engine, question: Question): Promise<AskFigures> {
  const cold: number[] = [];
  const warm: number[] = [];
  const page: number[] = [];
  let total = 0;
  const until = performance.now() + WARM_UP_MS;
  let warmedUp = 0;
  while (cold.length < ASKED_TIMES) {
    const counts = warmedUp >= WARM_UP && performance.now() > until;
    if (!counts) warmedUp++;
    engine.cool();
    for (const times of [cold, warm]) {
      const asked = await askOnce(engine, question);
      total = asked.total;
      if (!counts) continue;
      times.push(asked.totalMs);
      if (times === cold) page.push(asked.pageMs);
    }
  }
  return { total, coldMs: median(cold), warmMs: median(warm), pageMs: median(page) };
}

/** Milliseconds that `rg` takes to count the same lines; undefined where it is not installed. */
export async function ripgrepMs(
  corpus: Corpus,
  argv: readonly string[],
): Promise<number | undefined> {
  const files = corpus.files.map(({ path }) => path);
  const times: number[] = [];
  for (let round = 0; round < ASKED_TIMES; round++) {
    const began = performance.now();
    try {
      await promisify(execFile)('rg', ['-c', ...argv, ...files]);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      if (!(error instanceof Error && 'code' in error && error.code === 1)) throw error;
    }
    times.push(performance.now() - began);
  }
  return median(times);
}

/** A row of milliseconds, with a goal or without. */
export function msRow(name: string, value: number, goal?: number, reference?: number): BenchRow {
  const rounded = round(value, value < 10 ? 2 : 0);
  const row =
    goal === undefined ? { name, value: rounded, unit: 'ms' } : atMost(name, rounded, goal, 'ms');
  return reference === undefined ? row : { ...row, reference: round(reference, 1) };
}

/** A number with that many digits behind the point. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The median. */
export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
