/** What is measured inside of a real Chromium: the way to the first line, scrolling, tailing. */
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { percentile } from './bench.ts';

/** Gzipped bytes of the scripts that the page's own HTML asks for: all others are lazy. */
export async function startUpScriptBytes(page: Page, origin: string): Promise<number> {
  const html = await (await page.request.get(`${origin}/search`)).text();
  const paths = new Set(
    [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((match) => match[1]),
  );
  let bytes = 0;
  for (const path of paths) {
    const script = await page.request.get(`${origin}${path}`);
    bytes += gzipSync(await script.body(), { level: 9 }).length;
  }
  return bytes;
}

/** What a page's start with an empty cache takes, in ms. */
export interface StartMs {
  /** To the first contentful paint. */
  readonly paint: number;
  /** Until one can type a query. */
  readonly query: number;
}

/** Opens the search page with an empty cache. */
export async function startOf(browser: Browser, page: Page, origin: string): Promise<StartMs> {
  const context = await browser.newContext({
    storageState: await page.context().storageState(),
    viewport: { width: 1440, height: 900 },
  });
  const fresh = await context.newPage();
  await fresh.goto(`${origin}/search`, { waitUntil: 'commit' });
  await fresh.getByTestId('query-input').waitFor();
  const query = await fresh.evaluate<number>('performance.now()');
  const paint = await eventually(async () => {
    const entry = await fresh.evaluate<number | null>(
      'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null',
    );
    return entry ?? undefined;
  }, 'the page paints');
  await context.close();
  return { paint: Math.round(paint), query: Math.round(query) };
}

/** From Enter to the paint that shows a line of this query, in ms. */
export async function enterToLineMs(page: Page, word: string): Promise<number> {
  await page.locator('.ap-editor').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(word);
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(word);
  await page.evaluate(`(() => {
    window.__shownMs = undefined;
    let enteredAt;
    window.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') enteredAt ??= performance.now();
    }, { capture: true, once: true });
    const look = () => {
      const mark = document.querySelector('[data-testid="log-row"] mark');
      if (enteredAt === undefined || mark?.textContent !== ${JSON.stringify(word)}) {
        requestAnimationFrame(look);
        return;
      }
      window.__shownMs = performance.now() - enteredAt;
    };
    requestAnimationFrame(look);
  })()`);
  await page.keyboard.press('Enter');
  return await eventually(
    async () => (await page.evaluate<number | null>('window.__shownMs ?? null')) ?? undefined,
    `a line with ${word} is in the page`,
  );
}

/** As fast as a hand turns a wheel that runs free: 15 rows a frame. */
const SCROLL_PX_PER_SECOND = 20_000;
const COUNT_FRAMES = `(() => {
  window.__frames = 0;
  window.__countedFromMs = performance.now();
  const count = (window.__count ?? 0) + 1;
  window.__count = count;
  const frame = () => {
    if (window.__count !== count) return;
    window.__frames++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`;

/** What scrolling costs. */
export interface ScrollFigures {
  readonly rows: number;
  readonly framesPerSecond: number;
  readonly scriptP95Ms: number;
  /** Script, style, layout and paint of the main thread, in its own processor time. */
  readonly mainMeanMs: number;
}

/** Rows that the list holds. */
export async function rowCount(page: Page): Promise<number> {
  return await page.evaluate<number>(
    'Number(document.querySelector("[data-log-list]")?.getAttribute("aria-rowcount") ?? 0)',
  );
}

/**
 * Scrolls down until so many rows are held, then through them for `seconds`, twice: once to count the frames, once to
 * see what is in them, because writing that down costs frames.
 */
export async function scrollFigures(
  page: Page,
  rowsWanted: number,
  seconds: number,
): Promise<ScrollFigures> {
  await eventually(
    async () => {
      await page.evaluate(
        '(() => { const list = document.querySelector("[data-log-list]"); list.scrollTop = list.scrollHeight; })()',
      );
      return (await rowCount(page)) >= rowsWanted ? true : undefined;
    },
    `${rowsWanted} rows are held`,
    240_000,
  );
  const rows = await rowCount(page);
  const session = await page.context().newCDPSession(page);
  await scrollDown(page, session, seconds);
  const framesPerSecond = await page.evaluate<number>(
    'window.__frames / ((performance.now() - window.__countedFromMs) / 1000)',
  );
  const browser = page.context().browser();
  await browser?.startTracing(page, { categories: ['devtools.timeline', 'toplevel'] });
  await scrollDown(page, session, seconds);
  const trace = await browser?.stopTracing();
  return { rows, framesPerSecond, ...framesOf(trace?.toString() ?? '') };
}

async function scrollDown(page: Page, session: CDPSession, seconds: number): Promise<void> {
  await page.evaluate('document.querySelector("[data-log-list]").scrollTop = 0');
  await page.evaluate('new Promise((done) => setTimeout(done, 500))');
  await page.evaluate(COUNT_FRAMES);
  await session.send('Input.synthesizeScrollGesture', {
    x: 700,
    y: 600,
    yDistance: -SCROLL_PX_PER_SECOND * seconds,
    speed: SCROLL_PX_PER_SECOND,
    gestureSourceType: 'mouse',
  });
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of the thread's own time: waiting for a core is not in it. */
  readonly tdur?: number;
}

const SCRIPT = new Set([
  'FunctionCall',
  'FireAnimationFrame',
  'TimerFire',
  'EventDispatch',
  'RunMicrotasks',
]);

/** Script between two frames (nested calls count once), and all of the thread's work for a frame. */
function framesOf(trace: string): Pick<ScrollFigures, 'scriptP95Ms' | 'mainMeanMs'> {
  // Written by Chromium: the shape is that of its trace format.
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const frames = traceEvents.filter(({ name }) => name === 'FireAnimationFrame');
  const thread = frames[0]?.tid;
  const begins = frames
    .filter(({ tid }) => tid === thread)
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const own = traceEvents
    .filter(({ ph, tid }) => ph === 'X' && tid === thread)
    .sort((a, b) => a.ts - b.ts);
  const script = sums(
    own.filter(({ name }) => SCRIPT.has(name)),
    begins,
  );
  const tasks = sums(
    own.filter(({ name }) => name === 'ThreadControllerImpl::RunTask'),
    begins,
  );
  const all = tasks.reduce((total, one) => total + one, 0);
  return {
    scriptP95Ms: percentile(
      script.sort((a, b) => a - b),
      0.95,
    ),
    mainMeanMs: all / Math.max(1, tasks.length),
  };
}

/** Milliseconds of processor time of the events by the frame in which they began. */
function sums(events: readonly TraceEvent[], begins: readonly number[]): number[] {
  const found: number[] = begins.map(() => 0);
  let coveredTo = 0;
  let frame = 0;
  for (const { ts, dur = 0, tdur = dur } of events) {
    if (ts < coveredTo) continue;
    coveredTo = ts + dur;
    while (frame + 1 < begins.length && (begins[frame + 1] ?? 0) <= ts) frame++;
    found[frame] = (found[frame] ?? 0) + tdur / 1000;
  }
  return found;
}

/** Begins to note tasks of the main thread of 50 ms and more. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.__longTasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.__longTasks.push(entry.duration);
    }).observe({ entryTypes: ['longtask'] });
  })()`);
}

/** The longest task since, in ms; 0 if none was longer than 50. */
export async function longestTaskMs(page: Page): Promise<number> {
  return await page.evaluate<number>('Math.max(0, ...window.__longTasks)');
}

/** Processor seconds of the page's main thread since it began to be asked. */
export async function busySeconds(session: CDPSession): Promise<number> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

/** Bytes of the page's JavaScript heap after a collection. */
export async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}
