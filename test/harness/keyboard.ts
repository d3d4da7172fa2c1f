/** What a person without a mouse does in a real browser. */
import type { Locator, Page } from 'playwright-core';

/** Tab stops that are looked through before something counts as out of reach. */
const STOPS_MAX = 200;

/**
 * Presses Tab (or Shift+Tab) until the element has the focus. Where the focus comes round to the browser's own
 * parts it goes on. @throws when it is never reached: then it cannot be used by the keyboard
 */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor();
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no ${key} reaches ${target.toString()}`);
}

/** Reaches the element and presses a key on it, Enter unless told. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Reaches a text field and types, in place of what it holds. */
export async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

async function isFocused(target: Locator): Promise<boolean> {
  // The element may be drawn anew between two stops.
  return await target
    .first()
    .evaluate((element) => element === element.ownerDocument.activeElement)
    .catch(() => false);
}
