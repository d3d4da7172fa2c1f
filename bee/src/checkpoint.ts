/**
 * What a Bee must remember over a restart: its targets, and for each generation how far the broker has
 * confirmed it. Kept in memory, written whole: at once when a generation begins (its id must be on disk
 * before its first bytes are published), else soon after confirms.
 */
import type { Clock } from '@apiary/common/clock.ts';
import { CHECKPOINT_GENERATIONS_MAX, CHECKPOINT_INTERVAL_MS } from '@apiary/common/limits.ts';
import type { Logger } from '@apiary/common/log.ts';
import { targetSpecSchema } from '@apiary/common/messages/agent.ts';
import { z } from 'zod';
import { CheckpointFile } from './checkpoint-file.ts';

/** An ended generation is remembered so long, in case its file comes back. */
export const ENDED_KEPT_MS = 86_400_000;
/** A gz file stays where it is, maybe for years, and is known by nothing but what is remembered of it. */
const GZIP_KEPT_MS = 400 * 86_400_000;

const generationSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  target: z.string(),
  path: z.string(),
  dev: z.number(),
  ino: z.number(),
  /** When the file was made, where its file system tells; 0 where not. */
  birthMs: z.number(),
  /** CRC-32 of the first bytes, at most 1 KiB. */
  headLength: z.number(),
  headCrc: z.number(),
  /** Everything before was confirmed, or was not to be sent. */
  confirmed: z.number(),
  /** CRC-32 of the bytes just before `confirmed`, at most 64. */
  tailLength: z.number(),
  tailCrc: z.number(),
  /** `confirmed` lies within a line. */
  midRecord: z.boolean(),
  /** What lies before was in the file when its target was set. */
  historyTo: z.number(),
  /** An unfinished line that ends here or before was in the file already and is not sent for its silence. */
  quietTo: z.number(),
  /** When its file was last changed, by the file's own stamp, as far as was seen. */
  writtenMs: z.number().default(0),
  /** No more is expected: the file was truncated, replaced, or deleted. */
  ended: z.boolean(),
  /** When it was last changed here. */
  changedMs: z.number(),
});

/** A generation as remembered. Owned and changed by the input that reads it. */
export type GenerationRecord = z.output<typeof generationSchema>;

const stateSchema = z.object({
  version: z.literal(1),
  targets: z.array(targetSpecSchema),
  /** Target → when it was set, by the machine's own clock, as the stamps of files. */
  targetsSince: z.record(z.string(), z.number()).default({}),
  generations: z.array(generationSchema),
});

/** A target as remembered. */
export type TargetRecord = z.output<typeof targetSpecSchema>;

/** See the file's head. */
export class Checkpoint {
  readonly generations = new Map<string, GenerationRecord>();
  /** Target → when it was set, by the machine's own clock: comparable with the stamps of files. */
  targetsSince: ReadonlyMap<string, number> = new Map();
  readonly #file: CheckpointFile;
  readonly #clock: Clock;
  readonly #log: Logger;
  #targets: readonly TargetRecord[] = [];
  #saving: Promise<void> | undefined;
  #queued: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #dirty = false;
  #closed = false;

  constructor(folder: string, clock: Clock, log: Logger) {
    this.#file = new CheckpointFile(folder, 'checkpoint');
    this.#clock = clock;
    this.#log = log;
  }

  /** The targets that were set last. */
  get targets(): readonly TargetRecord[] {
    return this.#targets;
  }

  set targets(targets: readonly TargetRecord[]) {
    this.#targets = targets;
    this.changed();
  }

  /** Reads what was saved. Call once, first. */
  async load(): Promise<void> {
    const { text, damaged } = await this.#file.load();
    if (damaged.length > 0) {
      this.#log.error({ damaged, usedPrevious: text !== undefined }, 'checkpoint.damaged');
    }
    if (text === undefined) return;
    const state = stateSchema.parse(JSON.parse(text));
    this.#targets = state.targets;
    this.targetsSince = new Map(Object.entries(state.targetsSince));
    for (const record of state.generations) this.generations.set(record.id, record);
  }

  /** Says that something changed; it is written within CHECKPOINT_INTERVAL_MS. */
  changed(): void {
    this.#dirty = true;
    if (this.#closed) return;
    this.#cancelTimer ??= this.#clock.after(CHECKPOINT_INTERVAL_MS, () => {
      this.#cancelTimer = undefined;
      this.flush().catch((error: unknown) => {
        this.#log.error({ error: String(error) }, 'checkpoint.failed');
        this.changed();
      });
    });
  }

  /**
   * Resolves when everything that is true now is on disk. Calls that come while a write is under way share
   * the next one.
   */
  flush(): Promise<void> {
    if (!this.#saving) {
      this.#saving = this.#save().finally(() => {
        this.#saving = undefined;
      });
      return this.#saving;
    }
    this.#queued ??= this.#saving.then(ignore, ignore).then(() => {
      this.#queued = undefined;
      return this.flush();
    });
    return this.#queued;
  }

  /** Writes what is not written yet; what changes later is not: the next Bee of the folder may have begun. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    if (this.#dirty || this.#saving) await this.flush();
    this.#stopTimer();
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #save(): Promise<void> {
    this.#dirty = false;
    this.#forgetOldest();
    const generations = [...this.generations.values()];
    const targetsSince = Object.fromEntries(this.targetsSince);
    const text = JSON.stringify({ version: 1, targets: this.#targets, targetsSince, generations });
    try {
      await this.#file.save(text);
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }

  #forgetOldest(): void {
    const nowMs = this.#clock.now();
    for (const record of this.generations.values()) {
      const keptMs = record.path.endsWith('.gz') ? GZIP_KEPT_MS : ENDED_KEPT_MS;
      const isPast = record.ended && nowMs - record.changedMs > keptMs;
      if (isPast) this.generations.delete(record.id);
    }
    const excess = this.generations.size - CHECKPOINT_GENERATIONS_MAX;
    if (excess <= 0) return;
    const oldest = [...this.generations.values()]
      .sort((a, b) => Number(b.ended) - Number(a.ended) || a.changedMs - b.changedMs)
      .slice(0, excess);
    for (const record of oldest) this.generations.delete(record.id);
    this.#log.warn({ forgotten: excess }, 'checkpoint.full');
  }
}

function ignore(): void {}
