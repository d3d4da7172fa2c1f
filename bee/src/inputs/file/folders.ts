/**
 * Which paths a glob names right now. Listings are kept until the folder's own time stamp moves, a wake-up
 * names it, or a while has passed, so that an idle look costs one `stat` a folder; listing a huge folder is
 * rationed to a tenth of the time.
 */
import { type BigIntStats, type Dirent, readdirSync, statSync } from 'node:fs';
import { WALK_ENTRIES_MAX } from '@apiary/common/limits.ts';
import { codeOf } from '../../system-error.ts';
import type { Glob } from './glob.ts';

const LISTING_AGE_MS_MAX = 10_000;
/** A folder that changed this recently may change again within the same tick of its time stamp. */
const FRESH_MS = 1_000;

interface Listing {
  readonly entries: readonly Dirent[];
  readonly mtimeNs: bigint;
  readonly ino: bigint;
  readonly listedMs: number;
  readonly costMs: number;
  /** The time stamp was too young to be trusted. */
  readonly fresh: boolean;
  /** Pattern → paths of what it names here that is no folder. An idle look makes no new texts. */
  readonly matches: Map<RegExp, readonly string[]>;
}

/** What a walk found. */
export interface Walk {
  /** Absolute paths, in no order; what they are was not looked at. */
  readonly paths: ReadonlySet<string>;
  /** Folders that were listed and exist: worth watching. */
  readonly folders: ReadonlySet<string>;
  /** Folders that could not be listed, with the error's code. */
  readonly refused: ReadonlyMap<string, string>;
  /** WALK_ENTRIES_MAX was reached. */
  readonly cut: boolean;
}

/** See the file's head. */
export class Folders {
  readonly #listings = new Map<string, Listing>();
  readonly #stale = new Set<string>();
  readonly #elapsedMs: () => number;

  /** @param elapsedMs time that never goes backwards */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** A wake-up said that names in this folder changed. */
  touch(folder: string): void {
    this.#stale.add(folder);
  }

  /** All paths that one of the globs names. */
  walk(globs: readonly Glob[]): Walk {
    const walk = {
      paths: new Set<string>(),
      folders: new Set<string>(),
      refused: new Map<string, string>(),
      cut: false,
      entries: 0,
    };
    for (const glob of globs) this.#descend('/', glob, 0, walk);
    return walk;
  }

  /** The names in a folder. @throws the system's error */
  names(folder: string): readonly string[] {
    return this.#list(folder).entries.map((entry) => entry.name);
  }

  /** Forgets listings that the last look did not need. */
  keepOnly(folders: ReadonlySet<string>): void {
    for (const folder of this.#listings.keys()) {
      if (!folders.has(folder)) this.#listings.delete(folder);
    }
    this.#stale.clear();
  }

  #descend(folder: string, glob: Glob, index: number, walk: WalkState): void {
    const segment = glob[index];
    if (segment === undefined || walk.cut) return;
    const last = index === glob.length - 1;
    if (segment.kind === 'name') {
      const path = join(folder, segment.name);
      if (!last) this.#descend(path, glob, index + 1, walk);
      else {
        walk.paths.add(path);
        walk.folders.add(folder);
      }
      return;
    }
    if (segment.kind === 'any-folders') this.#descend(folder, glob, index + 1, walk);
    const listing = this.#listing(folder, walk);
    if (!listing) return;
    if (last && segment.kind === 'pattern') {
      walk.entries += listing.entries.length;
      walk.cut = walk.entries > WALK_ENTRIES_MAX;
      const paths = matchesOf(listing, folder, segment.pattern);
      const room = listing.entries.length - Math.max(0, walk.entries - WALK_ENTRIES_MAX);
      for (const path of walk.cut ? paths.slice(0, Math.max(0, room)) : paths) walk.paths.add(path);
      return;
    }
    for (const entry of listing.entries) {
      if (++walk.entries > WALK_ENTRIES_MAX) {
        walk.cut = true;
        return;
      }
      if (segment.kind === 'any-folders') {
        // Links to folders are not followed here: they may lead in circles.
        if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
        this.#descend(join(folder, entry.name), glob, index, walk);
      } else if (segment.pattern.test(entry.name)) {
        if (entry.isDirectory() || entry.isSymbolicLink())
          this.#descend(join(folder, entry.name), glob, index + 1, walk);
      }
    }
  }

  #listing(folder: string, walk: WalkState): Listing | undefined {
    try {
      const listing = this.#list(folder);
      walk.folders.add(folder);
      return listing;
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') walk.refused.set(folder, code);
      return undefined;
    }
  }

  #list(folder: string): Listing {
    const known = this.#listings.get(folder);
    const stat = statSync(folder, { bigint: true });
    if (known && !this.#isOld(folder, known, stat)) return known;
    const startMs = this.#elapsedMs();
    const entries = readdirSync(folder, { withFileTypes: true });
    const listedMs = this.#elapsedMs();
    const fresh = Math.abs(Date.now() - Number(stat.mtimeNs / 1_000_000n)) < FRESH_MS;
    const listing: Listing = {
      entries,
      mtimeNs: stat.mtimeNs,
      ino: stat.ino,
      listedMs,
      costMs: listedMs - startMs,
      fresh,
      matches: new Map(),
    };
    this.#listings.set(folder, listing);
    return listing;
  }

  #isOld(folder: string, known: Listing, stat: BigIntStats): boolean {
    const ageMs = this.#elapsedMs() - known.listedMs;
    if (ageMs < 10 * known.costMs && known.costMs > 5) return false;
    return (
      known.fresh ||
      this.#stale.has(folder) ||
      known.mtimeNs !== stat.mtimeNs ||
      known.ino !== stat.ino ||
      ageMs > LISTING_AGE_MS_MAX
    );
  }
}

type WalkState = {
  readonly paths: Set<string>;
  readonly folders: Set<string>;
  readonly refused: Map<string, string>;
  cut: boolean;
  entries: number;
};

function matchesOf(listing: Listing, folder: string, pattern: RegExp): readonly string[] {
  const known = listing.matches.get(pattern);
  if (known) return known;
  const files = listing.entries.filter((entry) => !entry.isDirectory() && pattern.test(entry.name));
  const paths = files.map((entry) => join(folder, entry.name));
  listing.matches.set(pattern, paths);
  return paths;
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
