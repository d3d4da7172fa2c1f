/** What a person feels of Search on a store that is full and a stream that does not let up. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchRow,
  percentile,
} from './bench.ts';
import {
  busySeconds,
  enterToLineMs,
  heapBytes,
  longestTaskMs,
  rowCount,
  scrollFigures,
  startOf,
  startUpScriptBytes,
  watchLongTasks,
} from './ui-page.ts';
import { socketRows } from './ui-sockets.ts';

/** The sizes of a run. */
interface Size {
  readonly stored: number;
  readonly scrolledRows: number;
  readonly scrollSeconds: number;
  readonly tailSeconds: number;
  readonly socketSeconds: number;
}

const LONG: Size = {
  stored: 1_000_000,
  scrolledRows: 100_000,
  scrollSeconds: 10,
  tailSeconds: 600,
  socketSeconds: 30,
};
/** The same but for the time: three minutes in place of a quarter of an hour. */
const SHORT: Size = { ...LONG, scrollSeconds: 5, tailSeconds: 60, socketSeconds: 10 };
const ARRIVING_PER_SECOND = 5_000;
const WRITES_PER_SECOND = 50;
const BATCH_LINES = 20_000;
const WORDS = ['alder', 'birch', 'cedar', 'damson', 'elm', 'fir', 'gorse', 'hazel'] as const;
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'WARN', 'DEBUG', 'ERROR'] as const;

/** `./apiary bench ui`. */
export const uiBench: Bench = {
  name: 'ui',
  summary:
    'Search in a real Chromium, with 1 M records stored and 5,000 lines/s arriving. Everything runs on this one machine: the lines are written, stored and shown by it, and Chromium has no window and no graphics card, so it draws with the processor',
  async run(options) {
    const size = options.short ? SHORT : LONG;
    const folder = mkdtempSync(join(tmpdir(), 'apiary-ui-'));
    const file = join(folder, 'ui.log');
    appendFileSync(file, '');
    const apiary = await startApiary();
    const browser = await openBrowser();
    try {
      const urls = [`file://${file}`];
      await apiary.client.addTargets({ agents: 'all', urls, tags: ['ui'], history: true });
      await store(apiary, file, size.stored, options);
      return await measure({ apiary, browser, file, size, options });
    } finally {
      await browser.close();
      await apiary.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Run {
  readonly apiary: RunningApiary;
  readonly browser: Browser;
  readonly file: string;
  readonly size: Size;
  readonly options: BenchOptions;
}

async function measure(run: Run): Promise<BenchRow[]> {
  const { browser, apiary, size } = run;
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  await page.goto(apiary.link);
  await page.waitForSelector('[data-testid="query-input"]');
  const origin = new URL(page.url()).origin;
  const kilobytes = (await startUpScriptBytes(page, origin)) / 1000;
  const start = await startOf(browser, page, origin);
  const rows = [
    atMost('start-up JavaScript, gzip', Math.round(kilobytes), 320, 'kB'),
    atMost('first paint', start.paint, 1000, 'ms'),
    figure('from an empty cache until one can type a query', start.query, 'ms'),
  ];
  await page.goto(`${origin}/search?q=tag%3Aui`);
  await page.getByTestId('log-row').first().waitFor();
  rows.push(...(await whileArriving(run, page, size.tailSeconds)));
  run.options.report('scrolling');
  await page.goto(`${origin}/search?q=tag%3Aui&range=all`);
  await page.getByTestId('log-row').first().waitFor();
  const scroll = await scrollFigures(page, size.scrolledRows, size.scrollSeconds);
  const named = `scrolling ${scroll.rows} rows, 900 a second`;
  rows.push(
    atLeast(named, Math.round(scroll.framesPerSecond), 55, 'frames/s'),
    atMost(`${named}: script a frame, p95`, round(scroll.scriptP95Ms), 4, 'ms'),
    figure(`${named}: main thread a frame, mean of its processor time`, scroll.mainMeanMs, 'ms'),
  );
  const cookies = await page.context().cookies();
  await page.close();
  run.options.report('50 sockets');
  const sockets = await socketRows({
    origin,
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    file: run.file,
    seconds: size.socketSeconds,
    processId: () => apiary.children().hive ?? 0,
    signal: run.options.signal,
  });
  return [...rows, ...sockets];
}

/** The figures of a page while 5,000 lines/s arrive. */
async function whileArriving(run: Run, page: Page, seconds: number): Promise<BenchRow[]> {
  const abort = new AbortController();
  const arriving = arrive(run.file, AbortSignal.any([abort.signal, run.options.signal]));
  try {
    const waits: number[] = [];
    for (const word of WORDS) waits.push(await enterToLineMs(page, word));
    waits.sort((a, b) => a - b);
    run.options.report(`tailing for ${seconds} s`);
    await page.goto(`${new URL(page.url()).origin}/search?q=tag%3Aui`);
    await page.getByTestId('log-row').first().waitFor();
    await wait(2_000);
    const session = await page.context().newCDPSession(page);
    const busyFrom = await busySeconds(session);
    await watchLongTasks(page);
    await wait(seconds * 1000, undefined, { signal: run.options.signal });
    const longest = await longestTaskMs(page);
    const busy = ((await busySeconds(session)) - busyFrom) / seconds;
    const heap = (await heapBytes(session)) / 1e6;
    const rows = await rowCount(page);
    return [
      atMost('Enter → first line on screen, p50', Math.round(percentile(waits, 0.5)), 300, 'ms'),
      atMost('Enter → first line on screen, longest', Math.round(waits.at(-1) ?? 0), 300, 'ms'),
      atMost(`longest task while tailing for ${seconds} s`, Math.round(longest), 100, 'ms'),
      figure(`main thread while tailing, processor time`, busy * 100, '%'),
      atMost(`heap after tailing for ${seconds} s, ${rows} rows`, Math.round(heap), 150, 'MB'),
    ];
  } finally {
    abort.abort();
    await arriving;
  }
}

/** Writes 5,000 lines a second until it is told to stop. */
async function arrive(file: string, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  for (let turn = 0; !signal.aborted; turn++) {
    const waitMs = (turn * 1000) / WRITES_PER_SECOND - (performance.now() - startedMs);
    if (waitMs > 0) await wait(waitMs);
    appendFileSync(file, lines(turn * 100, ARRIVING_PER_SECOND / WRITES_PER_SECOND));
  }
}

async function store(
  { client }: RunningApiary,
  file: string,
  wanted: number,
  { report }: BenchOptions,
): Promise<void> {
  report(`storing ${wanted} records`);
  for (let done = 0; done < wanted; done += BATCH_LINES) {
    appendFileSync(file, lines(done, Math.min(BATCH_LINES, wanted - done)));
  }
  await eventually(
    async () => {
      const { total } = await client.searchPage({ query: 'tag:ui', limit: 0 });
      return total >= wanted ? true : undefined;
    },
    `${wanted} records are stored`,
    600_000,
  );
}

/** Lines of a web shop: mostly one shape, numbers that differ, one word in a thousand lines rare. */
function lines(from: number, count: number): string {
  const time = new Date().toISOString();
  let text = '';
  for (let number = from; number < from + count; number++) {
    const level = LEVELS[number % LEVELS.length];
    const word = number % 1_000 < WORDS.length ? WORDS[number % 1_000] : 'oak';
    const user = (number * 7_919) % 10_000;
    text += `${time} ${level} shop.orders order ${number} of user=${user} wood=${word} took ${number % 431} ms from 10.0.${number % 13}.${number % 251}\n`;
  }
  return text;
}

/** A figure that nothing is asked of: it explains another one. */
function figure(name: string, value: number, unit: string): BenchRow {
  return { name, value: round(value), unit };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
