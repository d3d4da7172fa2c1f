/** A message that was put aside, as a person can read it. */
import { createHash } from 'node:crypto';
import type { Delivery } from '@apiary/common/bus/bus.ts';
import { QUEUE } from '@apiary/common/bus/topology.ts';
import { LETTER_BODY_CHARS_MAX, LETTER_PREVIEW_CHARS_MAX } from '@apiary/common/limits/letters.ts';
import { decodeRuns } from '@apiary/common/messages/data/codec.ts';
import { DATA_MESSAGE_TYPE } from '@apiary/common/messages/data/message.ts';
import type { Letter } from '@apiary/common/messages/letters.ts';

/** The part of a delivery that is read. */
export type LetterSource = Pick<Delivery, 'body' | 'type' | 'headers' | 'redelivered'>;

/** The same for the same message, however often it was moved: 32 hexadecimal digits. */
export function letterId({ body, type, headers }: LetterSource): string {
  const hash = createHash('sha256');
  const { reason, source, agent, signature, atMs } = headers;
  hash.update(JSON.stringify([type, reason, source, agent, signature, atMs]));
  return hash.update(body).digest('hex').slice(0, 32);
}

/** All that is shown of it. */
export function letterOf(source: LetterSource): Letter {
  const { body, type, headers } = source;
  const reason = textOf(headers.reason) ?? 'no reason was given';
  const { text, isCut } = contentOf(source);
  const agent = textOf(headers.agent);
  const host = textOf(headers.host);
  const fixed = whyFixed(source);
  return {
    id: letterId(source),
    copies: 1,
    type: type === '' ? 'unknown' : type,
    reason,
    explanation: explanationOf(reason),
    source: textOf(headers.source) ?? 'unknown',
    ...(agent !== undefined && { agent }),
    ...(host !== undefined && { host }),
    ...(typeof headers.atMs === 'number' && { atMs: headers.atMs }),
    bytes: body.length,
    ...(text !== undefined && { text }),
    isCut,
    ...(fixed !== undefined && { fixed }),
  };
}

/** Why a message cannot be edited, or undefined. */
export function whyFixed({ type, headers }: LetterSource): string | undefined {
  if (isData(type, headers)) return 'Log data is stored as it was read, or not at all.';
  if (headers.signature !== undefined) {
    return 'Its Bee signed it: changed, it would be refused. Put it right on the host, then queue it again.';
  }
  return undefined;
}

function isData(type: string, headers: LetterSource['headers']): boolean {
  return type === DATA_MESSAGE_TYPE || headers.source === QUEUE.blocks;
}

function contentOf({ body, type, headers }: LetterSource): { text?: string; isCut: boolean } {
  if (!isData(type, headers)) {
    const text = body.toString('utf8');
    return {
      text: text.slice(0, LETTER_BODY_CHARS_MAX),
      isCut: text.length > LETTER_BODY_CHARS_MAX,
    };
  }
  try {
    const runs = decodeRuns(body);
    const text = runs
      .map(({ file, data }) => `${file}\n${Buffer.from(data).toString('utf8')}`)
      .join('\n');
    return {
      text: text.slice(0, LETTER_PREVIEW_CHARS_MAX),
      isCut: text.length > LETTER_PREVIEW_CHARS_MAX,
    };
  } catch {
    return { isCut: false };
  }
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^run-differs/,
    'Its bytes differ from those that are stored for the same place of the same file: the file was rewritten in place, or a disk lied. What is stored stays; discard this, or keep it as evidence.',
  ],
  [
    /^signature-invalid/,
    'It was not signed by the Bee that it names. Somebody else used its name, or it was changed on the way. Discard it unless you know who sent it.',
  ],
  [
    /^agent-not-approved|^agent is /,
    'Its Bee is not approved. Approve the Bee, and its data is queued again by itself; or discard it.',
  ],
  [
    /^message-invalid/,
    'It does not have the shape that the Hive reads: another version of Bee, or something that is no Bee. Update the sender; edit it where it may be edited; else discard it.',
  ],
  [/^store-/, 'The store refused it. Queue it again when the store is well.'],
];

function explanationOf(reason: string): string {
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(reason));
  return known?.[1] ?? 'It failed twice. Queue it again when its cause is gone; else discard it.';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
