/** A real Chromium without a window. */
import { type Browser, chromium } from 'playwright-core';
import { chromiumPath } from '../../scripts/services.ts';

/** Flags that keep it from looking for the internet. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium; rejects in one line where there is none. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await chromiumPath(process.env);
  if (!executablePath) throw new Error('Chromium is missing: apt-get install chromium');
  return await chromium.launch({ executablePath, args: FLAGS });
}
