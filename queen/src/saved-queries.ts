import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
} from '@apiary/common/documents/documents.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { SAVED_QUERIES_MAX } from '@apiary/common/limits/screens.ts';
import {
  type SavedQuery,
  type SavedQueryInput,
  savedQuerySchema,
} from '@apiary/common/messages/saved-query.ts';
import { newId } from '@apiary/common/random.ts';

const SAVED_QUERIES: CollectionDefinition<SavedQuery> = {
  name: 'saved-queries',
  schema: savedQuerySchema,
  indexes: ['owner', 'shared'],
};

/** Searches with a name: one's own, and those that all share. */
export class SavedQueries {
  readonly #saved: Collection<SavedQuery>;
  readonly #clock: Clock;

  private constructor(saved: Collection<SavedQuery>, clock: Clock) {
    this.#saved = saved;
    this.#clock = clock;
  }

  /** Opens the collection. */
  static async open(documents: Documents, clock: Clock): Promise<SavedQueries> {
    return new SavedQueries(await documents.collection(SAVED_QUERIES), clock);
  }

  /** What a person sees, by name. */
  async list(actor: Actor): Promise<SavedQuery[]> {
    const found = new Map<string, SavedQuery>();
    for (const filter of [{ owner: actor.id }, { shared: true }]) {
      for await (const { document } of eachDocument(this.#saved, filter)) {
        found.set(document.id, document);
      }
    }
    return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Saves a new one or changes one. @throws AppError `forbidden`, `not-found`, `too-many` */
  async save(input: SavedQueryInput, actor: Actor): Promise<SavedQuery> {
    const shared = input.shared ?? false;
    if (shared) mustShare(actor);
    const { id, ...rest } = input;
    const savedMs = this.#clock.now();
    if (id !== undefined) {
      const before = await this.#mustManage(id, actor);
      return await this.#put({ ...rest, id, shared, owner: before.owner, savedMs });
    }
    if ((await this.#saved.count()) >= SAVED_QUERIES_MAX) {
      throw new AppError('too-many', `There are ${SAVED_QUERIES_MAX} saved queries already.`);
    }
    return await this.#put({ ...rest, id: newId(), shared, owner: actor.id, savedMs });
  }

  /** Removes them; one that is gone already is no error. @throws AppError `forbidden` */
  async remove(ids: readonly string[], actor: Actor): Promise<string[]> {
    const removed: string[] = [];
    for (const id of ids) {
      if (!(await this.#saved.get(id))) continue;
      await this.#mustManage(id, actor);
      if (await this.#saved.delete(id)) removed.push(id);
    }
    return removed;
  }

  async #put(saved: SavedQuery): Promise<SavedQuery> {
    return (await this.#saved.put(saved)).document;
  }

  /** One's own, or an administrator any that is shared. Others' own ones do not exist for anybody. */
  async #mustManage(id: string, actor: Actor): Promise<SavedQuery> {
    const saved = (await this.#saved.get(id))?.document;
    if (!saved || (!saved.shared && saved.owner !== actor.id)) {
      throw new AppError('not-found', 'There is no such saved query.');
    }
    if (saved.owner === actor.id || actor.role === 'admin') return saved;
    throw new AppError('forbidden', `Only ${saved.owner} or an administrator may change it.`);
  }
}

function mustShare(actor: Actor): void {
  if (actor.role !== 'viewer') return;
  throw new AppError('forbidden', 'Sharing a query with the team needs the role editor.');
}
