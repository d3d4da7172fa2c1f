/**
 * Honeycomb with ten times the log: what ingest costs, how long the newest lines take, and when it is ready after a
 * restart. Lines arrive as they were written, over days. The stores are as ingest leaves them, in chunks of 8 MB that
 * nothing has compacted.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { CORPUS_BEGIN_MS, NEEDLE, NEEDLES, writeCorpus } from './honeycomb/corpus.ts';
import { Engine } from './honeycomb/engine.ts';
import { keptOrMade } from './honeycomb/kept.ts';
import { ask, type IngestFigures, msRow, round } from './honeycomb/measure.ts';
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
const READY_MS = 2000;

interface Figures {
  readonly bytes: number;
  /** Raw MB per CPU second. */
  readonly rate: number;
  readonly residentMb: number;
  readonly readyMs: number;
  readonly newestMs: number;
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
  const large = await figuresOf(folder, bytes, options);
  const small = await figuresOf(folder, bytes / TIMES, options);
  const perCore = (figures: Figures) => round(figures.rate, 1);
  const rows: BenchRow[] = [
    { name: `corpus \`${KIND}\`; a tenth of it`, ...megabytes(large, small) },
    {
      ...{ name: 'block → durable, verified, searchable, per core', unit: 'MB/s' },
      ...{ value: perCore(large), reference: perCore(small) },
    },
    atLeast('the same beside a tenth', round(large.rate / small.rate, 2), 0.9, '×'),
    {
      ...msRow(`newest ${NEWEST} of \`${COMMON[KIND]}\`, cold`, large.newestMs),
      reference: round(small.newestMs, 1),
    },
    atMost('the same beside a tenth', round(large.newestMs / small.newestMs, 2), 1.2, '×'),
    {
      ...msRow('ready after a restart', large.readyMs, READY_MS),
      reference: round(small.readyMs, 1),
    },
    {
      ...{ name: 'resident while ingesting', unit: 'MB', value: Math.round(large.residentMb) },
      reference: Math.round(small.residentMb),
    },
  ];
  return rows;
}

async function figuresOf(
  parent: string,
  bytes: number,
  { samples, report }: BenchOptions,
): Promise<Figures> {
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
  mkdirSync(store);
  try {
    const answer = await askProcess('./ingest-process.ts', [store, messages]);
    // What `ingest-process.ts` wrote.
    const figures = JSON.parse(answer) as IngestFigures & { readonly residentMb: number };
    return { ...figures, ...(await questions(store)), bytes: corpus.bytes };
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

async function questions(store: string): Promise<Pick<Figures, 'readyMs' | 'newestMs'>> {
  const began = performance.now();
  const engine = await Engine.open(store);
  const readyMs = performance.now() - began;
  try {
    await engine.startThreads();
    const needles = await engine.ask({ query: NEEDLE });
    if (needles !== NEEDLES) throw new Error(`${needles} of ${NEEDLES} needles`);
    const { pageMs } = await ask(engine, { query: COMMON[KIND], limit: NEWEST }, ASKED_TIMES);
    return { readyMs, newestMs: pageMs };
  } finally {
    await engine.close();
  }
}

function megabytes(large: Figures, small: Figures): Pick<BenchRow, 'value' | 'unit' | 'reference'> {
  const mb = ({ bytes }: Figures) => Math.round(bytes / MB);
  return { value: mb(large), unit: 'MB', reference: mb(small) };
}
