/** What an attack on a running instance is. */
import type { RunningApiary } from '../harness/apiary-up.ts';
import type { Random } from './random.ts';

/** What an attacker knows. */
export interface Ground {
  readonly apiary: RunningApiary;
  readonly url: string;
  /** An API token of the role viewer. */
  readonly viewerToken: string;
  readonly random: Random;
}

/** An attack under way. */
export interface Attack {
  /** Tries one case. Resolves with what must not have happened, in one line; undefined = all well. */
  once(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A row of the table of attacks. */
export interface AttackKind {
  readonly name: string;
  readonly summary: string;
  open(ground: Ground): Promise<Attack>;
}
