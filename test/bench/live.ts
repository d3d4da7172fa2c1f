/**
 * The whole chain: a line is written to a file → it is in the DOM of a real Chromium. Writer and browser
 * run on one machine, so both read the same clock.
 */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type RunningApiary, startApiary } from '../harness/apiary-up.ts';
import { openBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { atMost, type Bench, percentile } from './bench.ts';

const LINES_PER_SECOND = 100;
const SECONDS = 30;
const SECONDS_SHORT = 10;

/** Notes when each line's number first shows in the page. Runs in the browser. */
const OBSERVER = `(() => {
  const seen = new Map();
  window.__seen = seen;
  const look = () => {
    for (const row of document.querySelectorAll('[data-testid="log-row"]')) {
      const match = /live-bench n(\\d+)/.exec(row.textContent);
      if (match && !seen.has(match[1])) seen.set(match[1], performance.timeOrigin + performance.now());
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})()`;

async function openLiveSearch(page: Page, apiary: RunningApiary): Promise<void> {
  await page.goto(apiary.link);
  await page.waitForSelector('[data-testid="query-input"]');
  const address = new URL(page.url());
  await page.goto(`${address.origin}/search?q=${encodeURIComponent('"live bench"')}&live=1`);
  await page.waitForSelector('[data-testid="query-input"]');
  await page.evaluate(OBSERVER);
}

/** Waits until the page has shown a line. */
async function shown(page: Page, number: string): Promise<void> {
  await eventually(
    async () => ((await page.evaluate(`window.__seen.has("${number}")`)) ? true : undefined),
    `line ${number} is in the page`,
  );
}

async function writeLines(file: string, seconds: number, signal: AbortSignal): Promise<number[]> {
  const writtenAt: number[] = [];
  const startedMs = performance.now();
  while (writtenAt.length < seconds * LINES_PER_SECOND && !signal.aborted) {
    const number = writtenAt.length;
    const dueMs = (number * 1000) / LINES_PER_SECOND;
    const waitMs = dueMs - (performance.now() - startedMs);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    writtenAt.push(performance.timeOrigin + performance.now());
    appendFileSync(
      file,
      `${new Date().toISOString()} INFO live-bench n${number} of a steady trickle\n`,
    );
  }
  return writtenAt;
}

/** `./apiary bench live`. */
export const liveBench: Bench = {
  name: 'live',
  summary: `${LINES_PER_SECOND} lines/s: line written to a file → in the DOM of a real Chromium`,
  async run({ short, signal }) {
    const folder = mkdtempSync(join(tmpdir(), 'apiary-live-'));
    const file = join(folder, 'live.log');
    appendFileSync(file, '');
    const apiary = await startApiary();
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 2000 } });
      await apiary.client.addTargets({
        agents: 'all',
        urls: [`file://${file}`],
        tags: ['bench'],
        history: false,
      });
      await openLiveSearch(page, apiary);
      appendFileSync(file, 'live-bench n999999 begins\n');
      await shown(page, '999999');
      const writtenAt = await writeLines(file, short ? SECONDS_SHORT : SECONDS, signal);
      await shown(page, String(writtenAt.length - 1));
      const seen = new Map(await page.evaluate<[string, number][]>('[...window.__seen]'));
      const waits = writtenAt.flatMap((at, number) => {
        const shownAt = seen.get(String(number));
        return shownAt === undefined ? [] : [shownAt - at];
      });
      waits.sort((a, b) => a - b);
      return [
        atMost('line written → in the DOM, p50', Math.round(percentile(waits, 0.5)), 60, 'ms'),
        atMost('line written → in the DOM, p99', Math.round(percentile(waits, 0.99)), 250, 'ms'),
        { name: 'longest', value: Math.round(waits.at(-1) ?? 0), unit: 'ms' },
        atMost('lines that never showed', writtenAt.length - waits.length, 0, 'lines'),
      ];
    } finally {
      await browser.close();
      await apiary.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
