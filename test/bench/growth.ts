/**
 * Honeycomb with ten times the log: what ingest costs, how long the newest lines take, and when it is ready after a
 * restart. Lines arrive as they were written, over days. The stores are as ingest leaves them, in chunks of 8 MB that
 * nothing has compacted. Both end alike: what comes before their last lines is sealed, so that the newest chunks, of which
 * the newest lines are read, are as full in one as in the other. Where the last chunk of one had 13,000 rows and that of the
 * other 61,000, the ratio was that of these two.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { CORPUS_BEGIN_MS, NEEDLE, NEEDLES, writeCorpus } from './honeycomb/corpus.ts';
import { Engine } from './honeycomb/engine.ts';
import { keptOrMade } from './honeycomb/kept.ts';
import { type IngestFigures, median, msRow, round } from './honeycomb/measure.ts';
import { writeMessages } from './honeycomb/message-file.ts';
import { messagesOf } from './honeycomb/messages.ts';
import { COMMON } from './honeycomb/questions.ts';
import { askProcess } from './honeycomb/resident.ts';

const GB = 1e9;
const MB = 1e6;
const TIMES = 10;
const GB_DEFAULT = 0.3;
const GB_SHORT = 0.03;
const KIND = 'loghub';
const NEWEST = 100;
/** A page takes some ten milliseconds, and with three of them the ratio was seen from 0.7 to 1.3. */
const ASKED_TIMES = 15;
/** Of each store before those: code is compiled by then. */
const WARM_UP = 10;
const READY_MS = 2000;
/** Both stores end with as much, behind what was sealed: two full chunks and a part of one. */
const END_BYTES = 20 * MB;

/** A store that has been filled. */
interface Filled {
  readonly store: string;
  readonly bytes: number;
  /** Raw MB per CPU second. */
  readonly rate: number;
  readonly residentMb: number;
}

interface Opened extends Filled {
  readonly engine: Engine;
  readonly readyMs: number;
}

/** `./apiary bench growth`. */
export const growthBench: Bench = {
  name: 'growth',
  summary: 'the store and search engine with ten times the log: ingest, newest lines, restart',
  async run(options) {
    if (options.keep !== undefined) return await measure(options.keep, options);
    const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-growth-'));
    try {
      return await measure(folder, options);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string, options: BenchOptions): Promise<BenchRow[]> {
  const bytes = (options.gb ?? (options.short ? GB_SHORT : GB_DEFAULT)) * GB;
  const endBytes = Math.min(END_BYTES, bytes / TIMES);
  const filled: Filled[] = [];
  const opened: Opened[] = [];
  try {
    filled.push(await fill(folder, { bytes, endBytes }, options));
    filled.push(await fill(folder, { bytes: bytes / TIMES, endBytes }, options));
    for (const each of filled) opened.push(await open(each));
    const newestMs = await newestInTurn(opened.map(({ engine }) => engine));
    return rowsOf(opened, newestMs);
  } finally {
    for (const { engine } of opened) await engine.close();
    for (const { store } of filled) rmSync(store, { recursive: true, force: true });
  }
}

function rowsOf([large, small]: readonly Opened[], newestMs: readonly number[]): BenchRow[] {
  if (!large || !small) throw new Error('a store is missing');
  const [largeMs = Number.NaN, smallMs = Number.NaN] = newestMs;
  const perCore = (figures: Filled) => round(figures.rate, 1);
  return [
    { name: `corpus \`${KIND}\`; a tenth of it`, ...megabytes(large, small) },
    {
      ...{ name: 'block → durable, verified, searchable, per core', unit: 'MB/s' },
      ...{ value: perCore(large), reference: perCore(small) },
    },
    atLeast('the same beside a tenth', round(large.rate / small.rate, 2), 0.9, '×'),
    {
      ...msRow(`newest ${NEWEST} of \`${COMMON[KIND]}\`, cold`, largeMs),
      reference: round(smallMs, 1),
    },
    atMost('the same beside a tenth', round(largeMs / smallMs, 2), 1.2, '×'),
    {
      ...msRow('ready after a restart', large.readyMs, READY_MS),
      reference: round(small.readyMs, 1),
    },
    {
      ...{ name: 'resident while ingesting', unit: 'MB', value: Math.round(large.residentMb) },
      reference: Math.round(small.residentMb),
    },
  ];
}

/** @param size `endBytes`: so many of the last ones are behind a seal */
async function fill(
  parent: string,
  { bytes, endBytes }: { readonly bytes: number; readonly endBytes: number },
  { samples, report }: BenchOptions,
): Promise<Filled> {
  const made = samples === undefined ? '-built-in' : '';
  const folder = join(parent, `growth-as-written-${Math.round(bytes / MB)}${made}`);
  mkdirSync(folder, { recursive: true });
  const messages = join(folder, 'messages.bin');
  const corpus = await keptOrMade(folder, 'corpus', async (place) => {
    const written = writeCorpus({ kind: KIND, bytes, samples, folder: place });
    writeMessages(messages, messagesOf(written, CORPUS_BEGIN_MS, { asWritten: true }));
    rmSync(place, { recursive: true });
    return { lines: written.lines, bytes: written.bytes };
  });
  report(`${corpus.lines} lines, ${Math.round(corpus.bytes / MB)} MB: being taken in`);
  const store = join(folder, 'store');
  rmSync(store, { recursive: true, force: true });
  mkdirSync(store);
  const sealAt = String(corpus.bytes - endBytes);
  const answer = await askProcess('./ingest-process.ts', [store, messages, sealAt]);
  // What `ingest-process.ts` wrote.
  const figures = JSON.parse(answer) as IngestFigures & { readonly residentMb: number };
  return { ...figures, store, bytes: corpus.bytes };
}

async function open(filled: Filled): Promise<Opened> {
  const began = performance.now();
  const engine = await Engine.open(filled.store);
  const readyMs = performance.now() - began;
  await engine.startThreads();
  const needles = await engine.ask({ query: NEEDLE });
  if (needles !== NEEDLES) throw new Error(`${needles} of ${NEEDLES} needles`);
  return { ...filled, engine, readyMs };
}

/** Milliseconds until the newest lines are there, with nothing decoded; medians. All are asked in turn. */
async function newestInTurn(engines: readonly Engine[]): Promise<number[]> {
  const question = { query: COMMON[KIND], limit: NEWEST };
  const times = engines.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ASKED_TIMES; round++) {
    for (const [index, engine] of engines.entries()) {
      engine.cool();
      const began = performance.now();
      let pageMs = Number.NaN;
      await engine.ask(question, () => {
        pageMs = performance.now() - began;
      });
      if (round >= WARM_UP) times[index]?.push(pageMs);
    }
  }
  return times.map(median);
}

function megabytes(large: Filled, small: Filled): Pick<BenchRow, 'value' | 'unit' | 'reference'> {
  const mb = ({ bytes }: Filled) => Math.round(bytes / MB);
  return { value: mb(large), unit: 'MB', reference: mb(small) };
}
