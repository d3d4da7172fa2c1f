/**
 * One tail over Queen's socket that outlives cuts. The address and token are read anew at each
 * attempt: a Queen that was started again has others.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, isErrorCode, toAppError } from '@apiary/common/errors.ts';
import { type LogRecord, recordSchema } from '@apiary/common/record.ts';
import { io as connectSocket, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { findInstance, type InstanceChoice, notAnswering } from './local-instance.ts';

const RETRY_FIRST_MS = 250;
const RETRY_MS_MAX = 1_000;
const ANSWER_MS_MAX = 15_000;
const ID = 'tail';

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});
const acknowledgementSchema = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: errorSchema }),
]);
const batchSchema = z.object({ records: z.array(recordSchema), omitted: z.number() });
const missedSchema = z.object({ count: z.number() });

/** What a tail tells. */
export interface TailEvents {
  readonly onRecords: (records: readonly LogRecord[]) => void;
  /** So many lines matched and will not be shown. */
  readonly onMissed: (count: number) => void;
  readonly onCut: () => void;
  readonly onConnected: (isAgain: boolean) => void;
}

/** What a tail needs. */
export interface TailOptions {
  readonly instance: InstanceChoice;
  readonly query: string;
  readonly signal: AbortSignal;
  readonly events: TailEvents;
}

/**
 * Follows until the signal is aborted.
 *
 * @throws AppError when the first attempt fails, or at any time for what trying again cannot mend
 */
export async function followTail(options: TailOptions): Promise<void> {
  const { signal, events } = options;
  let retryMs = RETRY_FIRST_MS;
  let wasConnected = false;
  while (!signal.aborted) {
    try {
      await followOnce(options, () => {
        events.onConnected(wasConnected);
        wasConnected = true;
        retryMs = RETRY_FIRST_MS;
      });
      if (!signal.aborted) events.onCut();
    } catch (thrown) {
      const error = toAppError(thrown);
      // A Queen that has just been started again may not have written her new token yet.
      const isPassing = error.retryable || error.code === 'signed-out';
      if (!wasConnected || !isPassing) throw error;
    }
    // This timer keeps the process alive: between two connections nothing else does.
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
  }
}

/** One connection's life; resolves when it is cut. */
async function followOnce(options: TailOptions, onFollowing: () => void): Promise<void> {
  const { instance, query, signal } = options;
  const { url, token } = await findInstance(instance);
  const socket = connectSocket(url, {
    auth: { token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  const disconnect = () => void socket.disconnect();
  signal.addEventListener('abort', disconnect, { once: true });
  try {
    await connected(socket, instance);
    const cut = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    listen(socket, options.events);
    const answer: unknown = await socket
      .timeout(ANSWER_MS_MAX)
      .emitWithAck('tail.start', { id: ID, query })
      .catch((error: unknown) => {
        throw new AppError('deadline-passed', 'Queen does not answer', { cause: error });
      });
    const acknowledgement = acknowledgementSchema.parse(answer);
    if (!acknowledgement.ok) throw errorOf(acknowledgement.error);
    onFollowing();
    await cut;
  } finally {
    signal.removeEventListener('abort', disconnect);
    socket.disconnect();
  }
}

/** @throws AppError with the server's reason, or `component-missing` when nobody listens there */
async function connected(socket: Socket, instance: InstanceChoice): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    // Aborted by us before it was connected.
    socket.once('disconnect', () => resolve());
    socket.once('connect_error', (error) => {
      const told = errorSchema.safeParse('data' in error ? error.data : undefined);
      reject(told.success ? errorOf(told.data) : notAnswering(instance, error));
    });
  });
}

function listen(socket: Socket, events: TailEvents): void {
  socket.on('tail.records', (payload: unknown) => {
    const { records, omitted } = batchSchema.parse(payload);
    events.onRecords(records);
    if (omitted > 0) events.onMissed(omitted);
  });
  socket.on('tail.missed', (payload: unknown) => {
    events.onMissed(missedSchema.parse(payload).count);
  });
}

function errorOf({ code, message, details }: z.output<typeof errorSchema>): AppError {
  return new AppError(isErrorCode(code) ? code : 'internal', message, { details });
}
