/** Reply codes of AMQP 0-9-1 that this broker sends: name, and how much of the connection they end. */
export const REPLY_CODES = {
  312: ['NO_ROUTE', 'channel'],
  320: ['CONNECTION_FORCED', 'connection'],
  403: ['ACCESS_REFUSED', 'channel'],
  404: ['NOT_FOUND', 'channel'],
  405: ['RESOURCE_LOCKED', 'channel'],
  406: ['PRECONDITION_FAILED', 'channel'],
  501: ['FRAME_ERROR', 'connection'],
  502: ['SYNTAX_ERROR', 'connection'],
  503: ['COMMAND_INVALID', 'connection'],
  504: ['CHANNEL_ERROR', 'connection'],
  505: ['UNEXPECTED_FRAME', 'connection'],
  530: ['NOT_ALLOWED', 'connection'],
  540: ['NOT_IMPLEMENTED', 'connection'],
  541: ['INTERNAL_ERROR', 'connection'],
} as const satisfies Record<number, readonly [name: string, scope: 'channel' | 'connection']>;

/** A key of {@link REPLY_CODES}. */
export type ReplyCode = keyof typeof REPLY_CODES;

/**
 * What a client did wrong, in the protocol's own terms. It ends the channel or the connection it
 * happened on and never the broker; unlike an AppError it is answered on the wire, not thrown to a caller.
 */
export class AmqpError extends Error {
  readonly code: ReplyCode;
  readonly scope: 'channel' | 'connection';

  constructor(code: ReplyCode, text: string, scope?: 'channel' | 'connection') {
    super(`${REPLY_CODES[code][0]} - ${text}`);
    this.name = 'AmqpError';
    this.code = code;
    this.scope = scope ?? REPLY_CODES[code][1];
  }
}
