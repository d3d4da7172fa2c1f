import { AppError } from '../errors.ts';
import { encodeRuns } from '../messages/data/codec.ts';
import type { Run } from '../messages/data/run.ts';

/** Runs as bodies. Cut runs can need more than one body: every hole repeats what describes a run. */
export function encodeFitting(runs: readonly Run[]): Buffer[] {
  try {
    return [encodeRuns(runs)];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too-large' || runs.length < 2) throw error;
    const middle = runs.length >> 1;
    return [...encodeFitting(runs.slice(0, middle)), ...encodeFitting(runs.slice(middle))];
  }
}
