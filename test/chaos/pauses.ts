/**
 * The time between two kills. Mostly it is short, so that harm is done to what has not recovered yet; one in
 * three lasts until the site answers in full again, or a search would never be seen to be right under load.
 */
import { eventually } from '../harness/eventually.ts';
import { lasting } from './network.ts';
import type { Pages } from './oracle.ts';

const PAUSE_MS = 1_000;
const WHOLE_EVERY = 3;
/** Longer than anything takes to come back on a busy machine. */
const WHOLE_MS_MAX = 120_000;

/** Who is asked, and how long pauses are. */
export interface PausesOptions {
  readonly pages: Pages;
  readonly mark: string;
  readonly report: (line: string) => void;
  /** Of the short ones; default PAUSE_MS. */
  readonly pauseMs?: number | undefined;
}

/** See the file's head. */
export class Pauses {
  readonly #options: PausesOptions;
  #taken = 0;
  #notWhole = 0;

  constructor(options: PausesOptions) {
    this.#options = options;
  }

  /** How often the site did not become whole. */
  get notWhole(): number {
    return this.#notWhole;
  }

  /** Waits. */
  async take(): Promise<void> {
    if (++this.#taken % WHOLE_EVERY !== 0) {
      await lasting(this.#options.pauseMs ?? PAUSE_MS);
      return;
    }
    const { pages, mark, report } = this.#options;
    let missing: readonly string[] | undefined;
    const isWhole = async () => {
      ({ missing } = await pages.searchPage({ query: mark, limit: 0 }));
      return missing.length === 0 ? true : undefined;
    };
    try {
      await eventually(isWhole, 'the site answers in full', WHOLE_MS_MAX);
    } catch {
      this.#notWhole++;
      report(`the site did not become whole: ${missing?.join('; ') ?? 'no answer'}`);
    }
  }
}
