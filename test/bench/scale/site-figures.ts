/**
 * What one site costs, measured in turns: a piece of the corpus to each site, then the next piece. Whatever else
 * the machine does meanwhile is then in the figures of all of them alike.
 *
 * What a honeycomb costs once (its start, compiling its code while the first lines and questions come) and what it
 * costs by the second (leases, heartbeats) is neither a gigabyte's nor a question's: it depends on how much
 * follows, and on how fast the machine is. Each honeycomb of each site is warmed up first, the site's idle seconds are
 * taken off, and both have figures of their own. So are the looks that show that a turn is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { round } from '../honeycomb/measure.ts';
import type { Site } from './site.ts';

/** What V8 tidies up after much work comes within this, and is no idling. */
const TIDY_MS = 20_000;
/** Looks by which a look's cost is measured. */
const LOOKS = 40;

/** Processor seconds of a site and of its database. */
interface Seconds {
  readonly site: number;
  readonly store: number;
}

const NOTHING_ASKED = { spent: { site: 0, store: 0 }, questions: 0 };

/** How a site's database is measured: its server's processor seconds so far. */
export type StoreSeconds = () => number;

/** See the file's head. */
export class SiteFigures {
  readonly site: Site;
  readonly honeycombs: number;
  readonly #storeSeconds: StoreSeconds;
  #startSeconds = 0;
  #warmUpGb = 0;
  /** Processor seconds of the site for each second that it has nothing to do. */
  #idleShare = 0;
  /** Processor seconds of the site for a look at it. */
  #lookSeconds = 0;
  #ingest: Seconds = { site: 0, store: 0 };
  /** By what is asked for. */
  readonly #asked = new Map<string, { readonly spent: Seconds; readonly questions: number }>();
  readonly #messages: number[];
  #sealed: readonly number[] = [];

  constructor(site: Site, honeycombs: number, storeSeconds: StoreSeconds) {
    this.site = site;
    this.honeycombs = honeycombs;
    this.#storeSeconds = storeSeconds;
    this.#startSeconds = site.cpuSeconds();
    this.#messages = Array.from({ length: honeycombs }, () => 0);
  }

  /** What is in no figure but in that of the start. @param gb how much it is */
  async warmUp(messages: Iterable<AppendMessage>, gb: number): Promise<void> {
    const { spent } = await this.#spending(() => this.site.ingest(messages));
    this.#startSeconds += spent.site;
    this.#warmUpGb += gb;
  }

  /** Measures what it costs when there is nothing to do, and what a look at it costs. */
  async idle(durationMs: number): Promise<void> {
    await sleep(TIDY_MS);
    const [beganMs, before] = [performance.now(), this.site.cpuSeconds()];
    await sleep(durationMs);
    const seconds = (performance.now() - beganMs) / 1000;
    this.#idleShare = (this.site.cpuSeconds() - before) / seconds;
    const { spent } = await this.#spending(async () => {
      for (let look = 0; look < LOOKS; look++) await this.site.look();
    });
    this.#lookSeconds = spent.site / LOOKS;
  }

  /** One turn of ingest. */
  async ingest(messages: Iterable<AppendMessage>): Promise<void> {
    const before = this.site.members;
    const { result: after, spent } = await this.#spending(() => this.site.ingest(messages));
    this.#ingest = sum(this.#ingest, spent);
    for (const [index, { messages: taken }] of after.entries()) {
      this.#messages[index] = (this.#messages[index] ?? 0) + taken - (before[index]?.messages ?? 0);
    }
    this.#sealed = after.map(({ sealedChunks }) => sealedChunks);
  }

  /** One turn of so many questions. @param of what they ask for */
  async ask(of: string, questions: number, ask: (site: Site) => Promise<void>): Promise<void> {
    const { spent } = await this.#spending(() => ask(this.site));
    const before = this.#asked.get(of) ?? NOTHING_ASKED;
    this.#asked.set(of, {
      spent: sum(before.spent, spent),
      questions: before.questions + questions,
    });
  }

  /** Of each honeycomb: its start, and what the first lines cost more than later ones. */
  startSeconds(gb: number): number {
    const later = this.perGb(gb).site * this.#warmUpGb;
    return (this.#startSeconds - later) / this.honeycombs;
  }

  /** Of each honeycomb, in milliseconds for each second that it has nothing to do. */
  get idleMs(): number {
    return (this.#idleShare * 1000) / this.honeycombs;
  }

  /** Processor seconds for a gigabyte. @param gb what was ingested in all turns */
  perGb(gb: number): Seconds {
    return { site: this.#ingest.site / gb, store: this.#ingest.store / gb };
  }

  /** Processor milliseconds for a question. @param of what is asked for */
  perQueryMs(of: string): Seconds {
    const { spent, questions } = this.#asked.get(of) ?? NOTHING_ASKED;
    const scale = 1000 / questions;
    return { site: spent.site * scale, store: spent.store * scale };
  }

  /** How far the honeycomb that has the least or most is from an even share, in percent. */
  get shareOff(): number {
    const even = this.#messages.reduce((all, each) => all + each, 0) / this.honeycombs;
    return round(Math.max(...this.#messages.map((each) => Math.abs(each / even - 1))) * 100, 1);
  }

  /** Of each honeycomb since its start. */
  get sealedChunks(): readonly number[] {
    return this.#sealed;
  }

  async #spending<R>(
    work: () => Promise<R>,
  ): Promise<{ readonly result: R; readonly spent: Seconds }> {
    const [beganMs, looks] = [performance.now(), this.site.looks];
    const before = { site: this.site.cpuSeconds(), store: this.#storeSeconds() };
    const result = await work();
    const idle = (this.#idleShare * (performance.now() - beganMs)) / 1000;
    const looking = this.#lookSeconds * (this.site.looks - looks);
    const site = this.site.cpuSeconds() - before.site - idle - looking;
    return { result, spent: { site, store: this.#storeSeconds() - before.store } };
  }
}

function sum(one: Seconds, other: Seconds): Seconds {
  return { site: one.site + other.site, store: one.store + other.store };
}

/** So many of what an iterator gives next. */
export function* next<T>(iterator: Iterator<T>, count: number): Generator<T> {
  for (let left = count; left > 0; left--) {
    const { done, value } = iterator.next();
    if (done) return;
    yield value;
  }
}
