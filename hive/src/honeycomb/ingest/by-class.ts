import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import type { DataMessage, Run } from '@apiary/common/messages/data/run.ts';

/** A message as it came. */
export interface Arrival {
  readonly message: DataMessage;
  readonly encoded: Buffer;
  readonly arrivedMs: number;
}

/** A message for each retention class that its runs belong to; nearly always it is one. */
export function splitByClass(
  { message, encoded, arrivedMs }: Arrival,
  classOf: (tags: readonly string[]) => string,
): AppendMessage[] {
  const runs = new Map<string, Run[]>();
  for (const run of message.runs) {
    const retentionClass = classOf(run.tags);
    const known = runs.get(retentionClass);
    if (known) known.push(run);
    else runs.set(retentionClass, [run]);
  }
  return [...runs].map(([retentionClass, own]) =>
    runs.size === 1
      ? { message, encoded, retentionClass, arrivedMs }
      : { message: { ...message, runs: own }, encoded: encodeRuns(own), retentionClass, arrivedMs },
  );
}
