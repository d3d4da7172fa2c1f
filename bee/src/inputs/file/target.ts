/** One `file:` target: what its globs name, and what to tell the person who set it. */
import { toAppError } from '@apiary/common/errors.ts';
import type { TargetSpec, TargetState } from '@apiary/common/messages/agent.ts';
import type { InputContext } from '../input.ts';
import type { Folders } from './folders.ts';
import { type Glob, globsOfUrl, multilineOptionOf } from './glob.ts';
import { multilineOf } from './multiline.ts';
import { forbiddenReason, mayLookInto, reasonOf } from './open.ts';

const REASON_LENGTH_MAX = 1024;

/** See the file's head. */
export class FileTarget {
  spec: TargetSpec;
  /** It was set just now: files that exist are history to it. */
  isFresh = false;
  readonly #context: InputContext;
  readonly #globs: readonly Glob[];
  readonly #invalid: string | undefined;
  readonly #files = new Set<number>();
  #problems: string[] = [];
  #state: TargetState = { state: 'waiting' };

  constructor(spec: TargetSpec, context: InputContext) {
    this.spec = spec;
    this.#context = context;
    try {
      multilineOf(multilineOptionOf(spec.url));
      this.#globs = globsOfUrl(spec.url);
    } catch (error) {
      this.#globs = [];
      this.#invalid = toAppError(error).message;
    }
  }

  /** It names its files without wild cards, so that each of them was asked for. */
  get isLiteral(): boolean {
    return this.#globs.every((glob) => glob.every((segment) => segment.kind === 'name'));
  }

  get state(): TargetState {
    return this.#state;
  }

  /** The paths that its globs name now; adds the folders that are worth watching. Begins a look. */
  walk(folders: Folders, watched: Set<string>): ReadonlySet<string> {
    this.#files.clear();
    this.#problems = [];
    const found: ReadonlySet<string>[] = [];
    for (const glob of this.#globs) {
      const base = literalFolder(glob);
      if (!mayLookInto(base, this.#context)) {
        const path = this.#globs.length > 1 ? base : decodedPath(this.spec.url);
        this.problem(forbiddenReason(path, path, this.#context));
        continue;
      }
      const walk = folders.walk([glob]);
      found.push(walk.paths);
      for (const folder of walk.folders) watched.add(folder);
      for (const [folder, code] of walk.refused) this.problem(reasonOf(folder, code));
      if (walk.cut) this.problem(`${this.spec.url} names too many files; name a smaller part.`);
    }
    const [first = new Set(), ...more] = found;
    return more.length === 0 ? first : new Set(found.flatMap((paths) => [...paths]));
  }

  /** A file of it is being read, or will be. */
  count(ino: number): void {
    this.#files.add(ino);
  }

  /** Why something that it names is not read. */
  problem(reason: string): void {
    this.#problems.push(reason);
  }

  /** A file that is compressed in another way than gzip: says so only if it was asked for by its name. */
  compressed(path: string): void {
    if (this.isLiteral) {
      this.problem(`${path} is compressed. Import it instead: ./apiary import ${path}`);
    }
  }

  /** Ends a look: tells of the state if it is another one now. */
  settle(): void {
    const state = this.#judge();
    const before = this.#state;
    this.#state = state;
    const isSame =
      before.state === state.state &&
      before.reason === state.reason &&
      before.files === state.files;
    if (!isSame) this.#context.onState(this.spec.id, state);
  }

  #judge(): TargetState {
    const files = this.#files.size;
    if (this.#invalid !== undefined) return { state: 'failed', reason: this.#invalid };
    const [first] = this.#problems;
    const count = this.#problems.length;
    const reason =
      first === undefined
        ? undefined
        : (count > 1 ? `${first} (and ${count - 1} more like this)` : first).slice(
            0,
            REASON_LENGTH_MAX,
          );
    if (files > 0) return { state: 'active', files, ...(reason === undefined ? {} : { reason }) };
    if (reason !== undefined) return { state: 'failed', reason, files: 0 };
    const waiting = `Nothing matches ${this.spec.url} yet; it is read as soon as it appears.`;
    return { state: 'waiting', reason: waiting.slice(0, REASON_LENGTH_MAX), files: 0 };
  }
}

/** Makes `known` what the Hive wants; a target that stays keeps its state. */
export function setFileTargets(
  known: Map<string, FileTarget>,
  specs: readonly TargetSpec[],
  fresh: ReadonlySet<string>,
  context: InputContext,
): void {
  const wanted = new Map(specs.map((spec) => [spec.id, spec]));
  for (const [id, target] of known) {
    if (wanted.get(id)?.url !== target.spec.url) known.delete(id);
  }
  for (const spec of specs) {
    const target = known.get(spec.id) ?? new FileTarget(spec, context);
    if (known.has(spec.id)) target.spec = spec;
    else target.isFresh = fresh.has(spec.id);
    known.set(spec.id, target);
  }
}

/** The folder above the first wild card. */
function literalFolder(glob: Glob): string {
  const names: string[] = [];
  for (const segment of glob.slice(0, -1)) {
    if (segment.kind !== 'name') break;
    names.push(segment.name);
  }
  return `/${names.join('/')}`;
}

function decodedPath(url: string): string {
  return decodeURIComponent(url.replace(/^file:(?:\/\/(?:localhost)?)?/, ''));
}
