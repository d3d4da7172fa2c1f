/** Sends runs to Queen, a few requests at a time; what fails for a while is sent again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { subtractRanges } from '@apiary/common/chunks/ranges.ts';
import { toAppError } from '@apiary/common/errors.ts';
import {
  IMPORT_BODIES_MAX,
  IMPORT_PAUSE_MS,
  IMPORT_REQUEST_CHARS_MAX,
  IMPORT_REQUESTS_MAX,
  IMPORT_RETRIES_MAX,
} from '@apiary/common/limits/store.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import { IMPORT_ROUTES } from '@apiary/queen/import-routes.ts';
import type { ApiClient } from '../api-client.ts';

/** What a sender works with. */
export interface SenderOptions {
  readonly client: ApiClient;
  readonly host: string;
  readonly zoneOffsetMinutes: number;
  /** Ranges that are stored already, ascending. */
  readonly held: readonly { readonly from: number; readonly to: number }[];
  /** Told of bytes that are durable. */
  readonly onDone: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** See the file's head. Resolves once all is durable; gives how many bytes were stored that were not there. */
export async function sendRuns(runs: AsyncIterable<Run>, options: SenderOptions): Promise<number> {
  const running = new Set<Promise<void>>();
  let bodies: string[] = [];
  let [chars, bytes, stored] = [0, 0, 0];
  const failures: unknown[] = [];
  const flush = async () => {
    if (bodies.length === 0) return;
    const [sent, length] = [bodies, bytes];
    bodies = [];
    [chars, bytes] = [0, 0];
    const sending = send(sent, options)
      .then((storedBytes) => {
        stored += storedBytes;
        options.onDone(length);
      })
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => running.delete(sending));
    running.add(sending);
    if (running.size >= IMPORT_REQUESTS_MAX) await Promise.race(running);
  };
  for await (const run of runs) {
    options.signal.throwIfAborted();
    if (failures.length > 0) break;
    if (subtractRanges(run, options.held).length === 0) {
      options.onDone(run.to - run.from);
      continue;
    }
    const body = encodeRuns([run]).toString('base64');
    if (bodies.length === IMPORT_BODIES_MAX || chars + body.length > IMPORT_REQUEST_CHARS_MAX) {
      await flush();
    }
    bodies.push(body);
    chars += body.length;
    bytes += run.to - run.from;
  }
  await flush();
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return stored;
}

async function send(bodies: string[], options: SenderOptions): Promise<number> {
  const { client, host, zoneOffsetMinutes, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      const request = { host, zoneOffsetMinutes, bodies };
      return (await client.call(IMPORT_ROUTES.importRuns, request)).storedBytes;
    } catch (error) {
      if (signal.aborted || !toAppError(error).retryable || attempt > IMPORT_RETRIES_MAX)
        throw error;
      await sleep(IMPORT_PAUSE_MS, undefined, { signal });
    }
  }
}
