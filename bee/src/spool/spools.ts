/** All spools of a Bee: one for each target without a file, and what removed targets left to send. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import { codeOf } from '../system-error.ts';
import { Spool, type SpoolContext } from './spool.ts';

/** See the file's head. */
export class Spools {
  readonly #folder: string;
  readonly #context: SpoolContext;
  readonly #open = new Map<string, Spool>();
  readonly #retired = new Set<string>();
  readonly #removing = new Map<string, Promise<void>>();

  /** @param dataFolder the Bee's own; the spools lie in its folder `spool` */
  constructor(dataFolder: string, context: SpoolContext) {
    this.#folder = join(dataFolder, 'spool');
    this.#context = context;
  }

  /**
   * The spool of a target, begun if there is none; once the one before it is gone, where that is being removed.
   *
   * @throws when the folder cannot be read or written, or the signal is aborted
   */
  async open(spec: TargetSpec, signal: AbortSignal): Promise<Spool> {
    const name = folderName(spec.id);
    this.#retired.delete(name);
    const removing = this.#removing.get(name);
    if (removing) await removing;
    signal.throwIfAborted();
    const owner = { target: spec.id, tags: [...spec.tags], name: spec.url };
    const spool =
      this.#open.get(name) ?? Spool.open(join(this.#folder, name), owner, this.#context);
    if (!spool) throw new Error('a spool with an owner is always made');
    spool.own(spec);
    this.#open.set(name, spool);
    return spool;
  }

  /** The target is gone: its spool is removed once all of it was sent. */
  retire(target: string): void {
    const name = folderName(target);
    const spool = this.#open.get(name);
    if (spool) this.#drain(name, spool);
  }

  /** Sends what targets left that were removed before a restart. Call once, when all targets are known. */
  drainOrphans(): void {
    for (const name of this.#names()) {
      if (this.#open.has(name)) continue;
      try {
        const spool = Spool.open(join(this.#folder, name), undefined, this.#context);
        if (!spool) continue;
        this.#open.set(name, spool);
        this.#drain(name, spool);
      } catch (error) {
        this.#context.log.error({ name, error: String(error) }, 'spool.unreadable');
      }
    }
  }

  /** Everything that was appended is on disk when this resolves. */
  async close(): Promise<void> {
    this.#retired.clear();
    const closing = [...this.#open.values()].map((spool) => spool.close());
    await Promise.all([...closing, ...this.#removing.values()]);
    this.#open.clear();
  }

  #drain(name: string, spool: Spool): void {
    this.#retired.add(name);
    void spool.settled().then(() => {
      if (!this.#retired.delete(name)) return;
      this.#open.delete(name);
      const removing = spool
        .remove()
        .catch((error: unknown) => {
          this.#context.log.warn({ name, error: String(error) }, 'spool.remove-failed');
        })
        .finally(() => this.#removing.delete(name));
      this.#removing.set(name, removing);
    });
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

/** A target's id comes from outside: no path is made of it. */
function folderName(target: string): string {
  return createHash('sha256').update(target).digest('hex').slice(0, 32);
}
