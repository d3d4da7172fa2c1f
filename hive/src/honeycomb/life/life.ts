/**
 * The life of what is stored, after it was sealed: retention lets go, deletions take lines out, compaction
 * merges at a pace, one thing at a time and behind everything else. It looks when something was sealed or asked for, when
 * the classes changed, and now and then.
 */
import type { Subscription } from '@apiary/common/bus/bus.ts';
import type { ComponentContext } from '@apiary/common/component.ts';
import { toAppError } from '@apiary/common/errors.ts';
import { LIFE_RETRY_MS, RETENTION_INTERVAL_MS } from '@apiary/common/limits/store.ts';
import type { LineDeletions } from './actions.ts';
import { Compaction } from './compaction.ts';
import { Deletions, type DeletionsContext } from './deletions.ts';
import { type ExpiryContext, expire } from './expiry.ts';
import { RewriteThread } from './rewrite-thread.ts';
import { mergeShared } from './shared-compaction.ts';
import { SharedDeletions, type SharedDeletionsContext } from './shared-deletions.ts';
import { expireShared } from './shared-expiry.ts';
import { type Swap, stopping, swapChunks } from './swap.ts';

/** What it works with. */
export type LifeContext = Omit<ExpiryContext, 'signal'> &
  Pick<ComponentContext, 'clock' | 'log'> &
  Pick<DeletionsContext, 'segment'> & {
    /** True while there is something to do that people wait for: merging rests longer then. */
    readonly isBusy: () => boolean;
    /** False: chunks are merged once their day is over. Default true. */
    readonly mergesToday?: boolean | undefined;
    /** Where other honeycombs may have the store as well: how they are asked. */
    readonly cluster?: Cluster | undefined;
  };

type Cluster = Pick<SharedDeletionsContext, 'documents' | 'own' | 'sealHere'>;

interface LifeParts {
  readonly stopping: AbortController;
  readonly thread: RewriteThread;
  readonly deletions: Deletions | undefined;
  readonly shared: SharedDeletions | undefined;
}

/** See the file's head. */
export class Life {
  readonly #context: LifeContext & ExpiryContext;
  readonly #stopping: AbortController;
  readonly #thread: RewriteThread;
  readonly #compaction: Compaction;
  readonly #deletions: Deletions | undefined;
  /** In its place where several honeycombs share the store. */
  readonly #shared: SharedDeletions | undefined;
  #subscription: Subscription | undefined;
  #cancelNext: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #nextMs = RETENTION_INTERVAL_MS;
  /** Another honeycomb has the upkeep of the store. */
  #isPending = false;
  /** An earlier process may have been killed before it wiped what was gone. */
  #isUnwiped = true;

  private constructor(context: LifeContext & ExpiryContext, parts: LifeParts) {
    this.#context = context;
    this.#stopping = parts.stopping;
    this.#thread = parts.thread;
    this.#deletions = parts.deletions;
    this.#shared = parts.shared;
    this.#compaction = new Compaction({ ...context, thread: parts.thread });
    context.classes.onChange(() => this.wake());
  }

  /** Takes up what an earlier process left, at the first {@link wake}. */
  static async open(given: LifeContext): Promise<Life> {
    const stopping = new AbortController();
    const thread = new RewriteThread();
    const context = { ...given, signal: stopping.signal };
    const onAsked = () => life.wake();
    const { cluster, bus } = given;
    const asked = { ...context, thread, onAsked };
    const deletions = cluster ? undefined : await Deletions.open(asked);
    const shared = cluster && (await SharedDeletions.open({ ...asked, ...cluster }));
    const life = new Life(context, { stopping, thread, deletions, shared });
    // Of what another one dropped, this one may have had something open.
    if (cluster) life.#subscription = await bus.events.on('store.expired', onAsked);
    return life;
  }

  /** What people want gone. */
  get deletions(): LineDeletions {
    const deletions = this.#deletions ?? this.#shared;
    if (!deletions) throw new Error('a life without deletions');
    return deletions;
  }

  /** Looks whether there is something to do, now or after what is being done. */
  wake(): void {
    this.#isWanted = true;
    if (this.#stopping.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#isWanted) this.wake();
    });
  }

  /** What is half done is left as it was. */
  async stop(): Promise<void> {
    this.#stopping.abort(stopping());
    this.#cancelNext();
    await this.#subscription?.cancel();
    await this.#shared?.close();
    await this.#thread.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelNext();
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        const hasChanged = await this.#work();
        // Whoever waits for another honeycomb looks later; who does not, behind the rest that merging is at.
        const dueMs = this.#compaction.dueInMs() ?? RETENTION_INTERVAL_MS;
        this.#nextMs = this.#isPending ? LIFE_RETRY_MS : Math.min(dueMs, RETENTION_INTERVAL_MS);
        // What others left when they were killed is looked for each time.
        if (!hasChanged && !this.#isUnwiped && !this.#shared) continue;
        await this.#context.store.reclaim();
        this.#isUnwiped = false;
      }
    } catch (error) {
      this.#isWanted = false;
      this.#nextMs = LIFE_RETRY_MS;
      await this.#failed(error);
    }
    await this.#thread.stop();
    if (this.#stopping.signal.aborted) return;
    this.#cancelNext = this.#context.clock.after(this.#nextMs, () => this.wake());
  }

  /** True when something went. */
  async #work(): Promise<boolean> {
    if (this.#shared) return await this.#workShared(this.#shared);
    const { signal } = this.#stopping;
    let changed = await expire(this.#context);
    while (await this.#deletions?.runNext(signal)) changed = true;
    const swap: Swap = (old, added) => swapChunks(this.#context, old, added);
    if (!signal.aborted && (await this.#compaction.mergeOne(swap))) changed = true;
    return changed;
  }

  async #workShared(deletions: SharedDeletions): Promise<boolean> {
    const works = [
      await expireShared(this.#context),
      await deletions.run(this.#stopping.signal),
      await mergeShared(this.#context, this.#compaction),
    ];
    this.#isPending = works.some((work) => work.isPending);
    return works.some(({ changed }) => changed);
  }

  async #failed(error: unknown): Promise<void> {
    const { log, store, holdings } = this.#context;
    if (this.#stopping.signal.aborted) return;
    const { code, message } = toAppError(error);
    log.warn({ code, error: message }, 'life-failed');
    // Another honeycomb was faster: what it made is taken over.
    if (code === 'not-found') holdings.sync((await store.catalogue()).chunks);
  }
}
