/** A publish on its way in: method, content header, body. */
import { BROKER_MESSAGE_BYTES_MAX } from '@apiary/common/limits/broker.ts';
import { AmqpError } from './amqp-error.ts';
import { ByteReader } from './codec/byte-reader.ts';
import type { MethodFields } from './codec/method-codec.ts';
import {
  decodeProperties,
  encodeProperties,
  NO_PROPERTIES,
  type Properties,
} from './codec/properties.ts';
import { Message } from './message.ts';

const BASIC_CLASS = 60;
const PERSISTENT = 2;
const EXPIRATION_MS_MAX = 0xffff_ffff;

/** Collects the content of one `basic.publish`. */
export class Publication {
  readonly fields: MethodFields<'basic.publish'>;
  #encoded: Buffer = NO_PROPERTIES;
  #properties: Properties | undefined;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #missing = 0;

  constructor(fields: MethodFields<'basic.publish'>) {
    this.fields = fields;
  }

  /** Body bytes received so far. */
  get receivedBytes(): number {
    return this.#bodyBytes - this.#missing;
  }

  /** True once header and body are there. */
  get isComplete(): boolean {
    return this.#properties !== undefined && this.#missing === 0;
  }

  /** The decoded properties, once the header is there. */
  get properties(): Properties {
    return this.#properties ?? {};
  }

  /** @throws AmqpError 505 out of turn, 406 for too large a body, 502 for malformed properties. */
  takeHeader(payload: Buffer): void {
    if (this.#properties) throw new AmqpError(505, 'expected content body, got content header');
    const reader = new ByteReader(payload);
    if (reader.short() !== BASIC_CLASS) throw new AmqpError(505, 'content header of another class');
    reader.short();
    const bodyBytes = reader.longlong();
    this.#encoded = Buffer.from(reader.bytes(reader.remaining));
    this.#properties = decodeProperties(this.#encoded);
    if (bodyBytes > BROKER_MESSAGE_BYTES_MAX) {
      const bound = `configured max size ${BROKER_MESSAGE_BYTES_MAX}`;
      throw new AmqpError(406, `message size ${bodyBytes} is larger than ${bound}`);
    }
    this.#bodyBytes = bodyBytes;
    this.#missing = bodyBytes;
  }

  /** @throws AmqpError 505 out of turn or beyond the announced size. */
  takeBody(piece: Buffer): void {
    if (!this.#properties || piece.length > this.#missing) {
      throw new AmqpError(505, 'unexpected content body');
    }
    this.#body.push(piece);
    this.#missing -= piece.length;
  }

  /** Replaces the address for replies. */
  setReplyTo(address: string): void {
    this.#encoded = encodeProperties({ ...this.properties, replyTo: address });
  }

  /** The message; call when complete. @throws AmqpError 406 for a malformed expiration. */
  finish(publishedAt: number): Message {
    const { deliveryMode, expiration } = this.properties;
    return new Message({
      exchange: this.fields.exchange,
      routingKey: this.fields.routingKey,
      content: { properties: this.#encoded, body: this.#body },
      bodyBytes: this.#bodyBytes,
      persistent: deliveryMode === PERSISTENT,
      expirationMs: expiration === undefined ? undefined : parseExpiration(expiration),
      publishedAt,
    });
  }
}

function parseExpiration(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= EXPIRATION_MS_MAX) return value;
  throw new AmqpError(406, `invalid expiration '${text}'`);
}
