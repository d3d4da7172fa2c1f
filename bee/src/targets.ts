/** All targets of a Bee: hands each to the input of its scheme, and knows what became of it. */
import type { TargetSpec, TargetState } from '@apiary/common/messages/agent.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Input, InputContext, InputFactory } from './inputs/input.ts';

/** Stamps of files lag behind the clock by so much. */
const FILE_CLOCK_TICK_MS = 10;

/** See the file's head. */
export class Targets {
  readonly #inputs = new Map<string, Input>();
  readonly #factories: Readonly<Record<string, InputFactory>>;
  readonly #context: InputContext;
  readonly #checkpoint: Checkpoint;
  #specs: readonly TargetSpec[] = [];
  #applying: Promise<void> = Promise.resolve();

  constructor(factories: Readonly<Record<string, InputFactory>>, context: InputContext) {
    this.#factories = factories;
    this.#context = context;
    this.#checkpoint = context.checkpoint;
  }

  /** Goes on with the targets of the checkpoint. */
  async restore(): Promise<void> {
    await this.#hand(this.#checkpoint.targets, new Set());
  }

  /** Makes these the targets. Resolves when each has a state and the change is on disk. */
  apply(specs: readonly TargetSpec[]): Promise<void> {
    const work = this.#applying.then(async () => {
      const known = new Set(this.#checkpoint.targets.map((spec) => `${spec.id} ${spec.url}`));
      const isKnown = (spec: TargetSpec) => known.has(`${spec.id} ${spec.url}`);
      const fresh = new Set(specs.filter((spec) => !isKnown(spec)).map((spec) => spec.id));
      // Both in one write: a target that is remembered has its files' positions remembered as well.
      this.#checkpoint.targets = specs;
      const since = this.#checkpoint.targetsSince;
      const nowMs = Date.now() - FILE_CLOCK_TICK_MS;
      this.#checkpoint.targetsSince = new Map(
        specs.map(({ id }) => [id, fresh.has(id) ? nowMs : (since.get(id) ?? 0)]),
      );
      await this.#hand(specs, fresh);
      await this.#checkpoint.flush();
    });
    this.#applying = work.catch(() => undefined);
    return work;
  }

  /** What became of each target. */
  reports(): (TargetState & { readonly target: string })[] {
    return this.#specs.map((spec) => ({ target: spec.id, ...this.#stateOf(spec) }));
  }

  /** URLs of all that are set. */
  urls(): readonly string[] {
    return this.#specs.map(({ url }) => url);
  }

  /** Reads no more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#inputs.values()].map((input) => input.stop()));
  }

  async #hand(specs: readonly TargetSpec[], fresh: ReadonlySet<string>): Promise<void> {
    this.#specs = specs;
    const schemes = new Set([...this.#inputs.keys(), ...specs.map((spec) => schemeOf(spec.url))]);
    for (const scheme of schemes) {
      const factory = this.#factories[scheme];
      if (!factory) continue;
      const input = this.#inputs.get(scheme) ?? factory(this.#context);
      this.#inputs.set(scheme, input);
      await input.apply(
        specs.filter((spec) => schemeOf(spec.url) === scheme),
        fresh,
      );
    }
  }

  #stateOf(spec: TargetSpec): TargetState {
    const scheme = schemeOf(spec.url);
    const state = this.#inputs.get(scheme)?.state(spec.id);
    if (state) return state;
    const known = Object.keys(this.#factories).join(', ');
    const reason = `This version of Bee cannot watch ${scheme || spec.url} targets; it knows ${known}.`;
    return { state: 'failed', reason: reason.slice(0, 1024) };
  }
}

function schemeOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:/.exec(url)?.[0] ?? '';
}
