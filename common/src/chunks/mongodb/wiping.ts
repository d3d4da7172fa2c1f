/**
 * Deletes the sections of chunks that others are in the place of, and of those that were to be and never came
 * into the catalogue, whoever was killed over it.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { REPLACED_SECTIONS_MS } from '../../limits/mongodb.ts';
import type { Table } from '../../mongodb/database.ts';
import { entrySchema } from '../chunk-entry.ts';
import type { ChunkEntry } from '../chunks.ts';
import type { CatalogueLog } from './catalogue-log.ts';
import type { SectionTables } from './section-tables.ts';

/** What it works with. */
export interface WipingContext {
  readonly catalogue: CatalogueLog;
  readonly sections: SectionTables;
  readonly notes: Table;
  readonly clock: Clock;
}

/** The note of what whoever has the upkeep is about to put in the place of other chunks. */
const COMING = 'coming';
const comingSchema = z.array(entrySchema);

/** See the file's head. */
export class Wiping {
  readonly #context: WipingContext;
  readonly #cancels = new Set<() => void>();
  /** When replaced chunks were first seen here. */
  readonly #seenMs = new Map<string, number>();

  constructor(context: WipingContext) {
    this.#context = context;
  }

  /** Notes chunks that whoever has the upkeep is going to write; {@link came} follows. */
  async coming(entries: readonly ChunkEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const text = JSON.stringify(entries);
    await this.#context.notes.put({ _id: COMING, version: 1, text });
  }

  /** They are in the catalogue now, or never will be. */
  async came(): Promise<void> {
    await this.#context.notes.delete(COMING);
  }

  /** Deletes what a former owner of the upkeep had written when it was killed; it can commit it no more. */
  async makeUp(): Promise<void> {
    const note = await this.#context.notes.get(COMING);
    if (!note) return;
    const { chunks, replaced } = this.#context.catalogue.state;
    const entries = comingSchema.parse(JSON.parse(String(note.text)));
    await this.delete(entries.filter(({ id }) => !chunks.has(id) && !replaced.has(id)));
    await this.came();
  }

  /** Wipes replaced chunks once queries that began before are over. */
  wipeLater(chunks: readonly string[]): void {
    const cancel = this.#context.clock.after(REPLACED_SECTIONS_MS, () => {
      this.#cancels.delete(cancel);
      // What fails is made up for by whoever reclaims.
      void this.#wipe(chunks).catch(() => undefined);
    });
    this.#cancels.add(cancel);
  }

  /** Wipes what was replaced by others so long ago that they should have, or all of it. */
  async wipeDue(isUrgent: boolean): Promise<void> {
    const { catalogue, clock } = this.#context;
    const { replaced } = catalogue.state;
    const nowMs = clock.now();
    const due: string[] = [];
    for (const id of replaced.keys()) {
      const seenMs = this.#seenMs.get(id) ?? nowMs;
      this.#seenMs.set(id, seenMs);
      if (isUrgent || nowMs - seenMs >= 2 * REPLACED_SECTIONS_MS) due.push(id);
    }
    for (const id of this.#seenMs.keys()) if (!replaced.has(id)) this.#seenMs.delete(id);
    await this.#wipe(due);
  }

  /** Deletes the sections of chunks that nobody reads. */
  async delete(entries: readonly ChunkEntry[]): Promise<void> {
    const { catalogue, sections } = this.#context;
    for (const entry of entries) {
      await sections.delete(entry, catalogue.state.roomOf(entry.partition));
    }
  }

  /** Leaves what is still to be wiped to others. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  async #wipe(chunks: readonly string[]): Promise<void> {
    const { catalogue } = this.#context;
    const gone = chunks.flatMap((id) => catalogue.state.replaced.get(id)?.entry ?? []);
    if (gone.length === 0) return;
    await this.delete(gone);
    await catalogue.commit(() => ({ kind: 'wiped', chunks: gone.map(({ id }) => id) }));
  }
}
