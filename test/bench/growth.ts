/**
 * Honeycomb with ten times the log: what ingest costs, how long the newest lines take, and when it is ready after a
 * restart. Lines arrive as they were written, over days. The stores are as ingest leaves them, in chunks of 8 MB that
 * nothing has compacted. The tenth is the last one of the same lines, and its chunks are the last ones of the whole: what comes
 * before is sealed there. The newest lines are read from the newest chunks, and where one of them had 13,000 rows in one store and
 * 61,000 in the other, the ratio may have been that of these two.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { CORPUS_BEGIN_MS, NEEDLE, NEEDLES, writeCorpus } from './honeycomb/corpus.ts';
import { Engine } from './honeycomb/engine.ts';
import { keptOrMade } from './honeycomb/kept.ts';
import { askOnce, type IngestFigures, MB, median, msRow, round } from './honeycomb/measure.ts';
import { writeMessages } from './honeycomb/message-file.ts';
import { messagesOf } from './honeycomb/messages.ts';
import { COMMON } from './honeycomb/questions.ts';
import { askProcess } from './honeycomb/resident.ts';

const GB = 1e9;
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
  const corpus = await makeMessages(folder, bytes, options);
  const filled: Filled[] = [];
  const opened: Opened[] = [];
  try {
    for (const part of ['whole', 'rest'] as const) filled.push(await fill(corpus, part, options));
    for (const each of filled) opened.push(await open(each));
    const needles = await opened[0]?.engine.ask({ query: NEEDLE });
    if (needles !== NEEDLES) throw new Error(`${needles} of ${NEEDLES} needles`);
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

interface Corpus {
  readonly folder: string;
  /** A file. */
  readonly messages: string;
  readonly lines: number;
  readonly bytes: number;
}

async function makeMessages(
  parent: string,
  bytes: number,
  { samples }: BenchOptions,
): Promise<Corpus> {
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
  return { folder, messages, ...corpus };
}

/** @param part `rest`: the last tenth alone */
async function fill(
  { folder, messages, lines, bytes }: Corpus,
  part: 'whole' | 'rest',
  { report }: BenchOptions,
): Promise<Filled> {
  const share = part === 'whole' ? `${lines} lines` : `the last of ${TIMES} parts`;
  report(`${share}, ${Math.round(bytes / MB)} MB in all: being taken in`);
  const store = join(folder, part);
  rmSync(store, { recursive: true, force: true });
  mkdirSync(store);
  const firstBytes = String(bytes - bytes / TIMES);
  const answer = await askProcess('./ingest-process.ts', [store, messages, firstBytes, part]);
  // What `ingest-process.ts` wrote.
  const figures = JSON.parse(answer) as IngestFigures & { readonly residentMb: number };
  return { ...figures, store };
}

async function open(filled: Filled): Promise<Opened> {
  const began = performance.now();
  const engine = await Engine.open(filled.store);
  const readyMs = performance.now() - began;
  await engine.startThreads();
  return { ...filled, engine, readyMs };
}

/** Milliseconds until the newest lines are there, with nothing decoded; medians. All are asked in turn. */
async function newestInTurn(engines: readonly Engine[]): Promise<number[]> {
  const question = { query: COMMON[KIND], limit: NEWEST };
  const times = engines.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ASKED_TIMES; round++) {
    for (const [index, engine] of engines.entries()) {
      engine.cool();
      const { pageMs } = await askOnce(engine, question);
      if (round >= WARM_UP) times[index]?.push(pageMs);
    }
  }
  return times.map(median);
}

function megabytes(large: Filled, small: Filled): Pick<BenchRow, 'value' | 'unit' | 'reference'> {
  const mb = ({ bytes }: Filled) => Math.round(bytes / MB);
  return { value: mb(large), unit: 'MB', reference: mb(small) };
}
