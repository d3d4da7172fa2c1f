/**
 * A data message on the bus: AMQP headers that say who speaks, a body of runs, and a signature over
 * both. What is signed is documented in `docs/reference/data-message.md`.
 */
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { agentIdSchema } from '../agent.ts';
import { signParts, verifySignature } from '../signature.ts';
import { invalidMessage } from './bytes.ts';
import { decodeRuns } from './codec.ts';
import type { DataMessage } from './run.ts';

/** The AMQP `type` of a data message. */
export const DATA_MESSAGE_TYPE = 'data';

// Every value stands on a line of its own in what is signed, so none may break a line.
const dataHeadersSchema = z.object({
  version: z.literal(1),
  agent: agentIdSchema,
  host: z
    .string()
    .min(1)
    .max(255)
    .refine((host) => !/\p{Cc}|\p{Cs}/u.test(host), 'no control characters'),
  zone: z.number().int().min(-900).max(900),
  sequence: z.number().int().nonnegative(),
});

const signedHeadersSchema = dataHeadersSchema.extend({
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'expected 64 bytes as base64'),
});

/** Headers of a data message without its signature. */
export type DataHeaders = z.output<typeof dataHeadersSchema>;

/** Headers of a data message as they travel: {@link DataHeaders} and 64 bytes of signature as base64. */
export type SignedDataHeaders = z.output<typeof signedHeadersSchema>;

/**
 * Checks the headers of a delivery.
 *
 * @throws AppError `message-invalid` naming the header
 */
export function readDataHeaders(headers: unknown): SignedDataHeaders {
  const result = signedHeadersSchema.safeParse(headers);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = issue?.path.join('.') || 'headers';
  throw invalidMessage(`header ${name}: ${issue?.message ?? 'invalid'}`);
}

/** What is signed before the body: one line for each header, and an empty line. */
export function signedHead(headers: DataHeaders): Buffer {
  return Buffer.from(
    `version=${headers.version}\nagent=${headers.agent}\nhost=${headers.host}\n` +
      `zone=${headers.zone}\nsequence=${headers.sequence}\n\n`,
    'utf8',
  );
}

/** Signs headers and body with an Ed25519 private key and gives the headers to send. */
export function signData(
  headers: DataHeaders,
  body: Uint8Array,
  privateKey: KeyObject,
): SignedDataHeaders {
  const signature = signParts(privateKey, signedHead(headers), body).toString('base64');
  return { ...headers, signature };
}

/**
 * Checks the signature of headers and body with the Ed25519 public key of the agent they name.
 *
 * @throws AppError `signature-invalid`
 */
export function verifyData(
  headers: SignedDataHeaders,
  body: Uint8Array,
  publicKey: KeyObject,
): void {
  const signature = Buffer.from(headers.signature, 'base64');
  // Base64 has several texts for the same bytes; only one of them is what was sent.
  const canonical = signature.toString('base64') === headers.signature;
  if (canonical && verifySignature(publicKey, signature, signedHead(headers), body)) return;
  throw new AppError('signature-invalid', `Data message: not signed by agent ${headers.agent}.`);
}

/**
 * Decodes a message whose headers were read and verified.
 *
 * @throws AppError `message-invalid`
 */
export function decodeDataMessage(headers: DataHeaders, body: Uint8Array): DataMessage {
  return {
    agent: headers.agent,
    host: headers.host,
    zoneOffsetMinutes: headers.zone,
    runs: decodeRuns(body),
  };
}
