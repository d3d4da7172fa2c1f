/**
 * Standing queries at all honeycombs. Whoever is asked registers them in the store, here, and at the others,
 * and tells where each of them stands. What one that is gone had not published is no secret: once its segment
 * was adopted, its stretch is over, and how far it came is told to whoever followed it. Until then nothing is
 * told to be over, because nobody knows.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import type { ChunkStore, Stretches } from '@apiary/common/chunks/chunks.ts';
import { baseOf, stretchOf } from '@apiary/common/chunks/stretch.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { HONEYCOMBS } from '@apiary/common/documents/collections.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { CLUSTER_COVER_MS_MAX } from '@apiary/common/limits/mongodb.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { StandHere, StoodHere } from '@apiary/common/messages/actions/honeycomb-cluster.ts';
import type { KnownStretches, StandAnswer, StandPosition } from '@apiary/common/messages/live.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { HONEYCOMB_ACTOR } from '../members.ts';
import type { StandingQueries } from '../standing/standing-queries.ts';

/** What it works with. */
export interface StandingClusterContext {
  readonly bus: Bus;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly instance: string;
  readonly store: ChunkStore;
  readonly holdings: Holdings;
  readonly standing: StandingQueries;
  /** False where the store has room for one honeycomb. */
  readonly isShared: boolean;
}

/** See the file's head. */
export class StandingCluster {
  readonly #context: StandingClusterContext;

  constructor(context: StandingClusterContext) {
    this.#context = context;
  }

  /** Registers or renews everywhere. @throws AppError `query-syntax`, `too-many` */
  async stand(request: StandHere, known: KnownStretches | undefined): Promise<StandAnswer> {
    const { store, standing } = this.#context;
    // A stretch that begins from here on is newer than the answer, whether its owner answers or not.
    const { newest } = await store.stretches();
    const position = await standing.stand(request, true);
    const answers = [this.#answer(position), ...(await this.#others(request))];
    // What is sealed before this look is in it; what is sealed later was held by one who answered.
    const stretches = await store.stretches();
    const owners = ownersOf(answers);
    const missing = stretches.segments.filter(({ id, epoch }) => (owners.get(id) ?? -1) < epoch);
    const positions = answers
      .filter(({ segments: [own] }) => own && owners.get(own.id) === own.epoch)
      .map((answer) => answer.position);
    const isComplete = missing.length === 0;
    const over = isComplete && known ? this.#over(known, answers, positions, stretches) : [];
    const pending = missing.map(({ stretch }) => stretch);
    return { positions: [...positions, ...over], newest, pending, isComplete };
  }

  /** Registers or renews here, for another one that leads. */
  async standHere(request: StandHere): Promise<StoodHere> {
    return this.#answer(await this.#context.standing.stand(request, false));
  }

  /** True if it was registered. */
  async unstand(id: string): Promise<boolean> {
    const existed = await this.#context.standing.unstand(id);
    await Promise.all(
      (await this.#members()).map((instance) =>
        callAction(this.#context.bus, honeycombActions.unstandHere, { id }, optionsFor(instance))
          // Its lease ends there by itself.
          .catch(() => undefined),
      ),
    );
    return existed;
  }

  #answer(position: StandPosition): StoodHere {
    const { holdings } = this.#context;
    const own = stretchOf(position.committed);
    const held = holdings.lastUnsealed().filter((sequence) => stretchOf(sequence) !== own);
    return { segments: [...holdings.segments], position, held };
  }

  async #others(request: StandHere): Promise<StoodHere[]> {
    const answers = await Promise.all(
      (await this.#members()).map((instance) =>
        callAction(this.#context.bus, honeycombActions.standHere, request, optionsFor(instance))
          // It judges what it finds in the store when it comes, and its stretch is told as pending.
          .catch(() => undefined),
      ),
    );
    return answers.filter((answer) => answer !== undefined);
  }

  async #members(): Promise<string[]> {
    const { documents, instance, isShared } = this.#context;
    if (!isShared) return [];
    const collection = await documents.collection(HONEYCOMBS);
    const all = await collection.find();
    return all.map(({ document }) => document.id).filter((id) => id !== instance);
  }

  #over(
    known: KnownStretches,
    answers: readonly StoodHere[],
    positions: readonly StandPosition[],
    { newest, epoch, ends }: Stretches,
  ): StandPosition[] {
    const { clock, instance } = this.#context;
    const open = new Set(positions.map(({ committed }) => stretchOf(committed)));
    const last = new Map([...ends].map(([stretch, end]) => [stretch, { instance, end }]));
    for (const { position, held } of answers) {
      for (const sequence of held) {
        const stretch = stretchOf(sequence);
        const end = Math.max(last.get(stretch)?.end ?? 0, sequence);
        last.set(stretch, { instance: position.instance, end });
      }
    }
    const unheard = [...last.keys()].filter(
      (stretch) => stretch > known.newest && stretch <= newest,
    );
    return [...new Set([...known.stretches, ...unheard])]
      .filter((stretch) => !open.has(stretch))
      .map((stretch) => {
        const { instance: holder, end } = last.get(stretch) ?? { instance, end: baseOf(stretch) };
        const told = { instance: holder, epoch, committed: end, atMs: clock.now() };
        return { ...told, sequences: [], isOver: true };
      });
  }
}

function optionsFor(instance: string) {
  return { actor: HONEYCOMB_ACTOR, instance, deadlineMs: CLUSTER_COVER_MS_MAX };
}

/** Segment → the latest epoch in which anybody answers for it. */
function ownersOf(answers: readonly StoodHere[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const { id, epoch } of answers.flatMap(({ segments }) => segments)) {
    owners.set(id, Math.max(owners.get(id) ?? 0, epoch));
  }
  return owners;
}
