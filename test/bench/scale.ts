/**
 * Sites of one, two and three honeycombs on RabbitMQ and a database: what a gigabyte and what a question cost all
 * honeycombs of a site together, and how evenly they share the blocks. CPU seconds, and the sites take turns, so that
 * a busy machine matters less; how, and what is not in them, is in `scale/site-figures.ts`. Three that share nothing
 * take part, with a third of the lines each: what they cost more than one is the price of three processes on this
 * machine, and what a site of three costs more than they do is that of working together.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import {
  type MongoService,
  provideMongo,
  provideRabbit,
  type RabbitService,
} from '../../scripts/services.ts';
import { groupCpuSeconds } from './bee/processes.ts';
import { atMost, type Bench, type BenchOptions, type BenchRow } from './bench.ts';
import { type Corpus, NEEDLE, writeCorpus } from './honeycomb/corpus.ts';
import { MB, round } from './honeycomb/measure.ts';
import { messagesOf } from './honeycomb/messages.ts';
import { ScaleSite, type Site } from './scale/site.ts';
import { next, SiteFigures } from './scale/site-figures.ts';
import { Strangers } from './scale/strangers.ts';

const GB = 1e9;
/** Less has too little behind what warms up. */
const GB_DEFAULT = 1;
const GB_SHORT = 0.06;
const MOST = 3;
/**
 * What a site is warmed up with for each of its honeycombs, so that each of them has taken in as much before it counts. V8
 * compiles what is hot again and again, better each time, and each honeycomb of three sees a third of what counts: with 150 MB
 * for each of them three took 1.2 to 1.3 times what one took, with 500 MB 1.1 times. Profiles of the first showed code that was
 * not optimised yet, and V8's own threads.
 */
const WARM_UP_BYTES = 500 * MB;
const WARM_UP_BYTES_SHORT = 24 * MB;
/** Of the streams (`messagesOf`): a warm-up for each honeycomb. */
const WARM_UP_MARKS = ['a', 'c', 'd'] as const satisfies { readonly length: typeof MOST };
const MAIN_MARK = 'b';
/** Of the main corpus's streams at honeycombs that share nothing. */
const SHARE_MARKS = ['7', '8', '9'] as const satisfies { readonly length: typeof MOST };
/** Of the main corpus, at most: its newer half is all that is ever asked for. */
const WARM_UP_SHARE_MAX = 0.5;
/** Each ends with some seconds in which the heap is tidied, which more honeycombs do more often. */
const TURNS = 4;
const TURNS_SHORT = 2;
const IDLE_MS = 20_000;
/**
 * Of the questions that a honeycomb has coordinated before they count. Measured round by round on 150 MB: V8's threads, which
 * compile and tidy, took two fifths of the first one, a tenth after 12 rounds of one honeycomb, and of three together an eighth
 * still after 70, as each of these does a third of the work.
 */
const WARM_ROUNDS = 60;
const WARM_ROUNDS_SHORT = 12;
/** Of further questions, whose code is warm: their chunks are read for the first time. */
const FURTHER_WARM_ROUNDS = 6;
/** A collection of a whole heap comes every ten rounds or so, and is of all of them. */
const ROUNDS = 24;
const ROUNDS_SHORT = 4;
/** A turn of questions is long enough for Linux's ticks of 10 ms. */
const ROUNDS_PER_TURN = 3;
const INGEST_FACTOR_MAX = 1.15;
const QUERY_FACTOR_MAX = 1.3;
const SHARE_OFF_MAX = 20;
/** Of the newest lines that questions are asked of first: one honeycomb has all that it decoded of them in its cache. */
const NEWEST_BYTES = 0.3 * GB;

/**
 * A round of these: counts, lines, and a histogram. They are the same each round: what a honeycomb keeps of one question for
 * the next, decoded columns and which open rows had a word, it has.
 */
const QUESTIONS = [
  { query: NEEDLE, limit: 10 },
  { query: 'info', limit: 100 },
  { query: '"failed password"', limit: 100 },
  { query: 'block*', limit: 0 },
  { query: 'NOT info', limit: 0, buckets: 100 },
] as const;

/** `./apiary bench scale`. */
export const scaleBench: Bench = {
  name: 'scale',
  summary: `1 to ${MOST} honeycombs on RabbitMQ and one MongoDB: CPU per GB, per query, shares`,
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-bench-scale-'));
    const rabbit = await provideRabbit({ environment: { PATH: process.env.PATH } });
    if (!rabbit) throw new Error('no RabbitMQ: apt-get install rabbitmq-server');
    try {
      const mongo = await provideMongo({ environment: process.env, tell: options.report });
      try {
        return await measure({ folder, rabbit, mongo, options });
      } finally {
        await mongo.stop();
      }
    } finally {
      await rabbit.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Run {
  readonly folder: string;
  readonly rabbit: RabbitService;
  readonly mongo: MongoService;
  readonly options: BenchOptions;
}

async function measure(run: Run): Promise<BenchRow[]> {
  const { report, samples, gb, short } = run.options;
  const bytes = (gb ?? (short ? GB_SHORT : GB_DEFAULT)) * GB;
  const corpus = (name: string, size: number) =>
    writeCorpus({ kind: 'loghub', bytes: size, samples, folder: join(run.folder, name) });
  const warmBytes = short ? WARM_UP_BYTES_SHORT : WARM_UP_BYTES;
  const warmUp = corpus('warm-up', Math.min(warmBytes, bytes * WARM_UP_SHARE_MAX));
  const main = corpus('main', bytes);
  report(`${Math.round(main.bytes / MB)} MB, ${main.lines} lines`);
  const sites: SiteFigures[] = [];
  try {
    for (const open of OPENINGS) {
      const site = await open(run);
      sites.push(site);
      for (const mark of WARM_UP_MARKS.slice(0, site.honeycombs)) {
        await site.warmUp(streamsOf(warmUp, mark), warmUp.bytes / GB);
      }
    }
    await Promise.all(sites.map((each) => each.idle(IDLE_MS)));
    await ingestInTurns(sites, main, run.options);
    const warm = short ? WARM_ROUNDS_SHORT : WARM_ROUNDS;
    const rounds = { warm, counted: short ? ROUNDS_SHORT : ROUNDS };
    const asked = askedOf(main.bytes, warmUp.bytes);
    for (const [index, each] of asked.entries()) {
      await askInTurns(
        sites,
        index === 0 ? rounds : { ...rounds, warm: FURTHER_WARM_ROUNDS },
        each,
      );
    }
    return rowsOf(sites, main.bytes, asked);
  } finally {
    for (const { site } of sites) await site.stop();
  }
}

/** What questions are asked of. */
interface Asked {
  readonly name: string;
  /** Of the time of all records, from the newest on. */
  readonly share: number;
}

/** The newest lines, and all: what warmed up is of the time before, and sites differ in how much of it they hold. */
function askedOf(bytes: number, warmUpBytes: number): Asked[] {
  // Lines come at random times: so many bytes may last somewhat longer at one time than at another.
  const all = bytes - 1.2 * warmUpBytes;
  return [...(all > NEWEST_BYTES ? [NEWEST_BYTES] : []), all].map((some) => {
    return { name: `${Math.round(some / MB)} MB`, share: some / bytes };
  });
}

/** A site of one, of two, of three, and three that share nothing. */
const OPENINGS = [
  ...Array.from({ length: MOST }, (_, index) => async (run: Run) => {
    const honeycombs = index + 1;
    return figuresOf(run, await startSite(run, `scale-${honeycombs}`, honeycombs), honeycombs);
  }),
  async (run: Run) => {
    const sites: ScaleSite[] = [];
    for (const mark of SHARE_MARKS) sites.push(await startSite(run, `scale-alone-${mark}`, 1));
    const marks = SHARE_MARKS.map((mark, index) => `${mark}${WARM_UP_MARKS[index]}`);
    return figuresOf(run, new Strangers(sites, marks), MOST);
  },
];

function figuresOf({ mongo: { group } }: Run, site: Site, honeycombs: number): SiteFigures {
  // Nothing is told of somebody else's server.
  return new SiteFigures(site, honeycombs, () =>
    group === undefined ? 0 : groupCpuSeconds(group),
  );
}

/** Sites share a broker, and no queue of it. */
async function startSite(
  { rabbit, mongo, folder, options }: Run,
  host: string,
  honeycombs: number,
): Promise<ScaleSite> {
  await rabbit.control(['add_vhost', host]);
  await rabbit.control(['set_permissions', '-p', host, 'guest', '.*', '.*', '.*']);
  const store = mongo.url(`${host}-${Date.now()}`);
  const broker = `${rabbit.url}/${host}`;
  const { signal } = options;
  const data = join(folder, host);
  return await ScaleSite.start({ honeycombs, broker, store, folder: data, signal });
}

/** The main corpus for a site: for several that share nothing a share for each, message by message. */
function* mainOf({ site }: SiteFigures, main: Corpus): Generator<AppendMessage> {
  if (!(site instanceof Strangers)) {
    yield* streamsOf(main, MAIN_MARK);
    return;
  }
  let shares = SHARE_MARKS.map((mark, index) =>
    streamsOf(main, mark, { index, of: SHARE_MARKS.length }),
  );
  while (shares.length > 0) {
    const given = shares.map((share) => ({ share, next: share.next() }));
    for (const { next } of given) if (!next.done) yield next.value;
    shares = given.flatMap(({ share, next }) => (next.done ? [] : [share]));
  }
}

/** A piece of the corpus to each, then the next piece; who is first changes. */
async function ingestInTurns(
  sites: readonly SiteFigures[],
  main: Corpus,
  { report, short }: BenchOptions,
): Promise<void> {
  const turns = short ? TURNS_SHORT : TURNS;
  const count = [...streamsOf(main, MAIN_MARK)].length;
  const each = Math.ceil(count / turns);
  const streams = new Map(sites.map((one) => [one, mainOf(one, main)]));
  for (let turn = 1; turn <= turns; turn++) {
    for (const [one, stream] of streams) await one.ingest(next(stream, each));
    const soFar = sites.map((one) => round(one.perGb(1).site, 2));
    report(`${turn} of ${turns} turns: ${soFar.join(', ')} CPU-s so far`);
  }
  for (const { honeycombs, sealedChunks } of sites) {
    report(`${honeycombs}: chunks sealed: ${sealedChunks.join(' + ')}`);
  }
}

/**
 * Each honeycomb has coordinated and answered as many questions before it counts.
 *
 * @param rounds to warm up for each honeycomb, and turns that count
 * @throws Error if answers differ
 */
async function askInTurns(
  sites: readonly SiteFigures[],
  rounds: { readonly warm: number; readonly counted: number },
  { name, share }: Asked,
): Promise<void> {
  const totals = new Set<string>();
  const from = await timeOf(sites, share);
  // In turns: a site that nobody asks for a minute lets go of what it has decoded, and reads it from the store again.
  for (let warm = 0; warm < rounds.warm; warm++) {
    for (const { site, honeycombs } of sites) {
      for (let each = 0; each < honeycombs; each++) {
        totals.add((await askAll(site, from)).join());
      }
    }
  }
  if (totals.size !== 1) throw new Error(`answers differ: ${[...totals].join(' and ')}`);
  for (let turn = 0; turn < rounds.counted; turn++) {
    for (const one of sites) {
      await one.ask(name, QUESTIONS.length * ROUNDS_PER_TURN, async (site) => {
        for (let again = 0; again < ROUNDS_PER_TURN; again++) await askAll(site, from);
      });
    }
  }
}

/** The main corpus is of other streams than what warms up, so that nothing is held already. */
function* streamsOf(
  corpus: Corpus,
  mark: string,
  share = { index: 0, of: 1 },
): Generator<AppendMessage> {
  for (const { append } of messagesOf(corpus, Date.now(), { mark, areFull: true, share })) {
    yield append;
  }
}

/** By the first site: all have the same lines. */
async function timeOf([first]: readonly SiteFigures[], share: number): Promise<number | undefined> {
  return first?.site instanceof ScaleSite ? await first.site.timeOf(share) : undefined;
}

async function askAll(site: Site, from: number | undefined): Promise<number[]> {
  const totals: number[] = [];
  for (const { query, ...more } of QUESTIONS) totals.push(await site.ask(query, { ...more, from }));
  return totals;
}

function rowsOf(sites: readonly SiteFigures[], bytes: number, asked: readonly Asked[]): BenchRow[] {
  const gb = bytes / GB;
  const together = sites.filter(({ site }) => site instanceof ScaleSite);
  const [one, three, alone] = [together[0], together.at(-1), sites.at(-1)];
  if (!one || !three || !alone) throw new Error('not measured');
  const beside = (other: SiteFigures, who: string) => [
    factorRow(
      `per GB, 3 beside ${who}`,
      three.perGb(gb).site,
      other.perGb(gb).site,
      INGEST_FACTOR_MAX,
    ),
    ...asked.map(({ name }) => {
      const [cost, least] = [three.perQueryMs(name).site, other.perQueryMs(name).site];
      return factorRow(`per query of ${name}, 3 beside ${who}`, cost, least, QUERY_FACTOR_MAX);
    }),
  ];
  return [
    { name: 'corpus', value: Math.round(bytes / MB), unit: 'MB' },
    ...sites.flatMap((each) => rowsOfSite(each, gb, asked)),
    ...beside(one, '1'),
    ...beside(alone, '3 that share nothing'),
    ...together.slice(1).map(({ honeycombs, shareOff }) => {
      const name = `${honeycombs} honeycombs: furthest from an even share`;
      return atMost(name, shareOff, SHARE_OFF_MAX, '%');
    }),
  ];
}

function rowsOfSite(figures: SiteFigures, gb: number, asked: readonly Asked[]): BenchRow[] {
  const { site, honeycombs, idleMs } = figures;
  const perGb = figures.perGb(gb);
  const count = honeycombs === 1 ? '1 honeycomb' : `${honeycombs} honeycombs`;
  const who = site instanceof Strangers ? `${count} that share nothing` : count;
  const row = (name: string, value: number, unit: string): BenchRow => ({
    ...{ name: `${who}: ${name}`, value: round(value, 1), unit },
  });
  return [
    row('start and warming up, each', figures.startSeconds(gb), 'CPU-s'),
    row('idle, each, in a second', idleMs, 'CPU-ms'),
    row('per GB ingested', perGb.site, 'CPU-s'),
    row('per GB, the store', perGb.store, 'CPU-s'),
    ...asked.flatMap(({ name }) => {
      const { site, store } = figures.perQueryMs(name);
      return [
        row(`per query of ${name}`, site, 'CPU-ms'),
        row(`per query of ${name}, the store`, store, 'CPU-ms'),
      ];
    }),
  ];
}

function factorRow(name: string, value: number, beside: number, bound: number): BenchRow {
  return atMost(`honeycombs' CPU ${name}`, round(value / beside, 2), bound, '×');
}
