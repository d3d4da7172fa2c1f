/** Lines that a person imports: they take the way of a Bee's from the commit on, without a Bee. */
import type { AppendOutcome } from '@apiary/common/chunks/chunks.ts';
import type { Clock } from '@apiary/common/clock.ts';
import { AppError } from '@apiary/common/errors.ts';
import type { importRunsSchema } from '@apiary/common/messages/actions/import.ts';
import { decodeRuns } from '@apiary/common/messages/data/codec.ts';
import type { z } from 'zod';
import { splitByClass } from '../ingest/by-class.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { RetentionClasses } from '../life/retention-classes.ts';

/** The `agent` of records that no Bee sent. */
const IMPORT_AGENT = 'import';

/** Stores them. @throws AppError `message-invalid`, `conflict`, `store-full`, `lease-lost` */
export async function importRuns(
  {
    ingest,
    classes,
    clock,
  }: {
    readonly ingest: Pick<Ingest, 'append'>;
    readonly classes: RetentionClasses;
    readonly clock: Clock;
  },
  { host, zoneOffsetMinutes, bodies }: z.output<typeof importRunsSchema>,
): Promise<{ storedBytes: number; heldBytes: number }> {
  const arrivedMs = clock.now();
  const messages = bodies.flatMap((body) => {
    const encoded = Buffer.from(body, 'base64');
    const runs = decodeRuns(encoded);
    // Rules must never fire for what is long past, and what is stored must be what was read.
    if (runs.some(({ history, bodyLengths }) => !history || bodyLengths)) {
      throw new AppError(
        'message-invalid',
        'An import’s runs are history, and their bytes their source.',
      );
    }
    const message = { agent: IMPORT_AGENT, host, zoneOffsetMinutes, runs };
    return splitByClass({ message, encoded, arrivedMs }, (tags) => classes.classOf(tags));
  });
  const sent = messages.reduce((sum, { message }) => {
    return sum + message.runs.reduce((bytes, { from, to }) => bytes + to - from, 0);
  }, 0);
  const outcomes = await ingest.append(messages);
  if (outcomes.some(({ runs }) => runs.some(({ kind }) => kind === 'differs'))) {
    throw new AppError('conflict', 'Other bytes are stored under this content’s name.');
  }
  const storedBytes = outcomes.reduce((sum, outcome) => sum + storedOf(outcome), 0);
  return { storedBytes, heldBytes: sent - storedBytes };
}

function storedOf({ runs }: AppendOutcome): number {
  const pieces = runs.flatMap((run) => (run.kind === 'stored' ? run.pieces : []));
  return pieces.reduce((sum, { from, to }) => sum + to - from, 0);
}
