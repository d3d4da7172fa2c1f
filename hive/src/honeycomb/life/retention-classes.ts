import { type CacheContext, CachedCollection } from '@apiary/common/documents/cached-collection.ts';
import type { Collection } from '@apiary/common/documents/documents.ts';
import {
  DEFAULT_CLASS,
  type Retention,
  type RetentionClass,
} from '@apiary/common/messages/retention.ts';
import { retentionDefinition } from '../model.ts';

/** Nothing is dropped that nobody said could go. */
const KEEP_ALL: readonly RetentionClass[] = [{ name: DEFAULT_CLASS, tags: [] }];

/** The retention classes as people set them, and which one a line belongs to. */
export class RetentionClasses {
  readonly #cache: CachedCollection<Retention>;
  readonly #collection: Collection<Retention>;
  #classes = KEEP_ALL;
  #byTag: ReadonlyMap<string, string> = new Map();
  #listener: () => void = () => undefined;

  private constructor(cache: CachedCollection<Retention>, collection: Collection<Retention>) {
    this.#cache = cache;
    this.#collection = collection;
    cache.onChange((_id, document) => this.#use(document?.classes ?? KEEP_ALL));
  }

  static async open(context: CacheContext): Promise<RetentionClasses> {
    const collection = await context.documents.collection(retentionDefinition);
    const cache = await CachedCollection.open(context, retentionDefinition);
    const classes = new RetentionClasses(cache, collection);
    classes.#use(cache.get('retention')?.classes ?? KEEP_ALL);
    return classes;
  }

  /** In their order of preference. */
  get all(): readonly RetentionClass[] {
    return this.#classes;
  }

  /** What the class of that name says; one that was removed goes as `default` does. */
  named(name: string): RetentionClass | undefined {
    return classNamed(this.#classes, name);
  }

  /** The class of lines with these tags. */
  classOf(tags: readonly string[]): string {
    if (this.#byTag.size === 0) return DEFAULT_CLASS;
    const chosen = new Set(tags.map((tag) => this.#byTag.get(tag)));
    return this.#classes.find(({ name }) => chosen.has(name))?.name ?? DEFAULT_CLASS;
  }

  /** Told when the classes have changed. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Replaces all classes. */
  async set(classes: readonly RetentionClass[]): Promise<void> {
    await this.#collection.put({ id: 'retention', classes: [...classes] });
    this.#use(classes);
  }

  async close(): Promise<void> {
    await this.#cache.close();
  }

  #use(classes: readonly RetentionClass[]): void {
    this.#classes = classes;
    this.#byTag = new Map(classes.flatMap(({ name, tags }) => tags.map((tag) => [tag, name])));
    this.#listener();
  }
}

/** What the class of that name says; one that is not there goes as `default` does. */
export function classNamed(
  classes: readonly RetentionClass[],
  name: string,
): RetentionClass | undefined {
  const named = classes.find((each) => each.name === name);
  return named ?? classes.find((each) => each.name === DEFAULT_CLASS);
}
