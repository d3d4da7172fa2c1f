/** Documents that a person makes for oneself or shares with all: saved queries, dashboards. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import type { Clock } from '@apiary/common/clock.ts';
import type {
  Collection,
  CollectionDefinition,
  Documents,
  Filter,
} from '@apiary/common/documents/documents.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { newId } from '@apiary/common/random.ts';

/** What all of them have. */
interface Owned {
  readonly id: string;
  readonly name: string;
  readonly shared: boolean;
  readonly owner: string;
  readonly savedMs: number;
}

/** What queen adds when one is saved. */
type Added = 'id' | 'shared' | 'owner' | 'savedMs';

/** A kind of them. */
export interface OwnedKind<T extends Owned> {
  readonly definition: CollectionDefinition<T>;
  /** What one is called in messages. */
  readonly word: string;
  readonly most: number;
}

/** See the file's head. */
export class OwnedDocuments<T extends Owned> {
  readonly #kind: OwnedKind<T>;
  readonly #saved: Collection<T>;
  readonly #clock: Clock;

  private constructor(kind: OwnedKind<T>, saved: Collection<T>, clock: Clock) {
    this.#kind = kind;
    this.#saved = saved;
    this.#clock = clock;
  }

  /** Opens the collection. */
  static async open<T extends Owned>(
    kind: OwnedKind<T>,
    documents: Documents,
    clock: Clock,
  ): Promise<OwnedDocuments<T>> {
    return new OwnedDocuments(kind, await documents.collection(kind.definition), clock);
  }

  /** What a person sees, by name. */
  async list(actor: Actor): Promise<T[]> {
    const found = new Map<string, T>();
    // Every T has these two, which the compiler cannot see through T.
    const filters = [{ owner: actor.id }, { shared: true }] as unknown as readonly Filter<T>[];
    for (const filter of filters) {
      for await (const { document } of eachDocument(this.#saved, filter)) {
        found.set(document.id, document);
      }
    }
    return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Saves a new one or changes one. @throws AppError `forbidden`, `not-found`, `too-many` */
  async save(
    input: Omit<T, Added> & { readonly id?: string | undefined; readonly shared: boolean },
    actor: Actor,
  ): Promise<T> {
    const { word, most } = this.#kind;
    if (input.shared) this.#mustShare(actor);
    const savedMs = this.#clock.now();
    const { id } = input;
    if (id !== undefined) {
      const { owner } = await this.#mustManage(id, actor);
      return await this.#put({ ...input, id, owner, savedMs });
    }
    if ((await this.#saved.count()) >= most) {
      throw new AppError('too-many', `There are ${most} ${word}s already.`);
    }
    return await this.#put({ ...input, id: newId(), owner: actor.id, savedMs });
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

  async #put(saved: unknown): Promise<T> {
    return (await this.#saved.put(this.#kind.definition.schema.parse(saved))).document;
  }

  /** One's own, or an administrator any that is shared. Others' own ones do not exist for anybody. */
  async #mustManage(id: string, actor: Actor): Promise<T> {
    const saved = (await this.#saved.get(id))?.document;
    if (!saved || (!saved.shared && saved.owner !== actor.id)) {
      throw new AppError('not-found', `There is no such ${this.#kind.word}.`);
    }
    if (saved.owner === actor.id || actor.role === 'admin') return saved;
    throw new AppError('forbidden', `Only ${saved.owner} or an administrator may change it.`);
  }

  #mustShare(actor: Actor): void {
    if (actor.role !== 'viewer') return;
    const message = `Sharing a ${this.#kind.word} with the team needs the role editor.`;
    throw new AppError('forbidden', message);
  }
}
