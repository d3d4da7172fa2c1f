/**
 * What requests and answers look like on the bus.
 *
 * A request goes to `apiary.rpc` with the key `component[.instance]`, the action as its type, a TTL of the
 * deadline and the {@link envelopeSchema} as JSON. Answers come by direct reply-to with a
 * {@link ReplyKind} as their type and `{ "body": … }` as JSON, where they stream `{ "bodies": […] }` with what there
 * was to be said at once. To a caller that may cancel or that
 * streams, the server says `accepted` where its answer does not begin at once. The first message's reply-to is
 * the queue for its controls: `cancel`, and `taken` with a number of parts that the caller has taken.
 */
import { z } from 'zod';
import { AppError, isErrorCode } from '../errors.ts';
import { RPC_MESSAGE_BYTES_MAX } from '../limits.ts';
import type { RpcAddress } from './bus.ts';

/** The body of a request. */
export const envelopeSchema = z.object({
  version: z.literal(1),
  actor: z.object({
    kind: z.enum(['user', 'component', 'local']),
    id: z.string(),
    name: z.string(),
    role: z.enum(['admin', 'editor', 'viewer', 'system']),
  }),
  /** From its arrival. */
  deadlineMs: z.number().positive(),
  /** The caller wants to hear where its controls go. */
  controls: z.boolean(),
  body: z.unknown().optional(),
});

/** See {@link envelopeSchema}. */
export type Envelope = z.output<typeof envelopeSchema>;

/** Types of answers: `value` is the whole one; any number of `parts` is followed by `last` parts, or none. */
export const REPLY_KINDS = ['accepted', 'value', 'parts', 'last', 'error'] as const;

/** One of {@link REPLY_KINDS}. */
export type ReplyKind = (typeof REPLY_KINDS)[number];

/** The header with the number of the first of some parts, from 0; a gap is a lost answer. */
export const PART_HEADER = 'part';

/** RabbitMQ's name for "answer on the channel that asked". */
export const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';

const controlSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('taken'), parts: z.number().int().positive() }),
]);

/** What a caller says while it is being answered. */
export type Control = z.output<typeof controlSchema>;

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

const bodySchema = z.object({ body: z.unknown().optional() });

const bodiesSchema = z.object({ bodies: z.array(z.unknown()) });

/** The routing key of an address. */
export function rpcKey({ component, instance }: RpcAddress): string {
  return instance === undefined ? component : `${component}.${instance}`;
}

/** JSON as it goes out. @throws AppError `too-large` */
export function encode(value: Envelope | Control | { body: unknown }): Buffer {
  return bounded(JSON.stringify(value));
}

/** Parts, each as JSON. @throws AppError `too-large` */
export function encodeParts(parts: readonly string[]): Buffer {
  return bounded(`{"bodies":[${parts.join()}]}`);
}

function bounded(json: string): Buffer {
  const bytes = Buffer.from(json);
  if (bytes.length <= RPC_MESSAGE_BYTES_MAX) return bytes;
  throw new AppError('too-large', `${bytes.length} bytes; at most ${RPC_MESSAGE_BYTES_MAX}.`);
}

/** An error as the body of an answer. */
export function encodeError({ code, message, details }: AppError): Buffer {
  return encode({ body: { code, message, details } });
}

/** A request's envelope. @throws AppError `message-invalid` */
export function decodeEnvelope(bytes: Buffer): Envelope {
  return decode(bytes, envelopeSchema);
}

/** A control. @throws AppError `message-invalid` */
export function decodeControl(bytes: Buffer): Control {
  return decode(bytes, controlSchema);
}

/** The body of an answer. @throws AppError `message-invalid` */
export function decodeBody(bytes: Buffer): unknown {
  return decode(bytes, bodySchema).body;
}

/** The bodies of parts of an answer. @throws AppError `message-invalid` */
export function decodeParts(bytes: Buffer): unknown[] {
  return decode(bytes, bodiesSchema).bodies;
}

/** The error that an answer bears. @throws AppError `message-invalid` */
export function decodeError(bytes: Buffer): AppError {
  const { code, message, details } = decode(bytes, z.object({ body: errorSchema })).body;
  return new AppError(isErrorCode(code) ? code : 'internal', message, { details });
}

/** The kind of an answer by its type property; undefined for an unknown one. */
export function replyKind(type: unknown): ReplyKind | undefined {
  return REPLY_KINDS.find((kind) => kind === type);
}

function decode<T extends z.ZodType>(bytes: Buffer, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new AppError('message-invalid', 'An RPC message is not JSON.', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('message-invalid', `An RPC message: ${parsed.error.issues[0]?.message ?? ''}`);
}
