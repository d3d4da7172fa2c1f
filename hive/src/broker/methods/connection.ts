/** The connection class: start, tune, open. */
import { BROKER_CHANNELS_MAX, BROKER_FRAME_BYTES_MAX } from '@apiary/common/limits/broker.ts';
import { AmqpError } from '../amqp-error.ts';
import { type Field, type FieldTable, stringField } from '../codec/field-table.ts';
import type { Method, MethodFields } from '../codec/method-codec.ts';
import type { Connection } from '../connection.ts';
import type { Account } from '../permissions.ts';

/** RabbitMQ's smallest. */
const FRAME_BYTES_MIN = 4096;

const CAPABILITIES = [
  'publisher_confirms',
  'exchange_exchange_bindings',
  'basic.nack',
  'consumer_cancel_notify',
  'connection.blocked',
  'authentication_failure_close',
  'per_consumer_qos',
  'direct_reply_to',
];

const yes: Field = { type: 't', value: true };

const SERVER_PROPERTIES: FieldTable = new Map<string, Field>([
  ['product', stringField('Apiary broker')],
  ['platform', stringField('Node.js')],
  ['capabilities', { type: 'F', value: new Map(CAPABILITIES.map((name) => [name, yes])) }],
]);

type Step = 'start-ok' | 'tune-ok' | 'open' | 'done';

/** Takes a new connection through sign-in and tuning. */
export class Handshake {
  account: Account | undefined;
  readonly #connection: Connection;
  #step: Step = 'start-ok';
  #capabilities: FieldTable = new Map();
  #channelMax = BROKER_CHANNELS_MAX;
  #frameBytesMax = BROKER_FRAME_BYTES_MAX;
  #heartbeatSeconds = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  begin(): void {
    this.#connection.send(0, 'connection.start', {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: SERVER_PROPERTIES,
      mechanisms: Buffer.from('PLAIN'),
      locales: Buffer.from('en_US'),
    });
  }

  /** True if the client declared a capability. */
  hasCapability(name: string): boolean {
    const field = this.#capabilities.get(name);
    return field?.type === 't' && field.value;
  }

  /** @throws AmqpError 504 for a channel beyond the tuned maximum. */
  checkChannelId(id: number): void {
    if (id > this.#channelMax) throw new AmqpError(504, `channel ${id} is beyond the maximum`);
  }

  /** Takes the client's next step. @throws AmqpError */
  take(method: Method): void {
    if (method.name === 'connection.start-ok' && this.#step === 'start-ok') {
      this.#signIn(method.fields);
    } else if (method.name === 'connection.tune-ok' && this.#step === 'tune-ok') {
      this.#tune(method.fields);
    } else if (method.name === 'connection.open' && this.#step === 'open') {
      this.#open(method.fields);
    } else throw new AmqpError(503, `${method.name} out of turn`);
  }

  #signIn(fields: MethodFields<'connection.start-ok'>): void {
    const { context } = this.#connection;
    const capabilities = fields.clientProperties.get('capabilities');
    if (capabilities?.type === 'F') this.#capabilities = capabilities.value;
    if (fields.mechanism !== 'PLAIN') {
      throw new AmqpError(503, `unknown authentication mechanism '${fields.mechanism}'`);
    }
    const [, name = '', password = ''] = fields.response.toString('utf8').split('\0');
    const account = context.accounts.signIn(name, password);
    if (!account) {
      context.counters.loginsRefused++;
      context.logger.warn({ user: name.slice(0, 64) }, 'broker.login-refused');
      this.#refuse();
      return;
    }
    this.account = account;
    this.#step = 'tune-ok';
    this.#connection.send(0, 'connection.tune', {
      channelMax: BROKER_CHANNELS_MAX,
      frameMax: BROKER_FRAME_BYTES_MAX,
      heartbeat: context.heartbeatSeconds,
    });
  }

  #refuse(): void {
    if (!this.hasCapability('authentication_failure_close')) {
      this.#connection.end();
      return;
    }
    const text = 'Login was refused using authentication mechanism PLAIN.';
    this.#connection.close(new AmqpError(403, text, 'connection'));
  }

  #tune(fields: MethodFields<'connection.tune-ok'>): void {
    const frameBytesMax = fields.frameMax === 0 ? BROKER_FRAME_BYTES_MAX : fields.frameMax;
    if (frameBytesMax < FRAME_BYTES_MIN || frameBytesMax > BROKER_FRAME_BYTES_MAX) {
      throw new AmqpError(530, `frame_max=${frameBytesMax} is out of bounds`);
    }
    if (fields.channelMax > BROKER_CHANNELS_MAX) {
      throw new AmqpError(530, `channel_max=${fields.channelMax} is out of bounds`);
    }
    this.#frameBytesMax = frameBytesMax;
    this.#channelMax = fields.channelMax === 0 ? BROKER_CHANNELS_MAX : fields.channelMax;
    this.#heartbeatSeconds = fields.heartbeat;
    this.#step = 'open';
  }

  #open(fields: MethodFields<'connection.open'>): void {
    const { account } = this;
    const { context } = this.#connection;
    if (fields.virtualHost !== '/') {
      throw new AmqpError(530, `vhost ${fields.virtualHost} not found`);
    }
    if (account && context.countConnections(account.name) > account.connectionsMax) {
      const text = `access to vhost '/' refused for user '${account.name}': connection limit`;
      throw new AmqpError(530, `${text} (${account.connectionsMax}) is reached`);
    }
    this.#step = 'done';
    this.#connection.open(this.#frameBytesMax, this.#heartbeatSeconds);
    this.#connection.send(0, 'connection.open-ok', {});
  }
}
