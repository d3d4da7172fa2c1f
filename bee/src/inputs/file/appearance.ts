import type { Stats } from 'node:fs';
import type { TargetSpec } from '@apiary/common/messages/agent.ts';
import type { FileTarget } from './target.ts';

/** How a file that no reader reads is to be taken. */
export interface Appearance {
  readonly target: TargetSpec;
  /** Bytes that it held when its target was set; 0 for a file that came later. */
  readonly existedBytes: number;
  /** The target was set just now, so that what is known from earlier does not bind. */
  readonly isFresh: boolean;
}

/** A file that a target names and that no reader reads. */
export interface Candidate {
  readonly target: FileTarget;
  readonly path: string;
  readonly stat: Stats;
}

/** A path that a target names. */
export type NamedPath = Pick<Candidate, 'target' | 'path'>;
