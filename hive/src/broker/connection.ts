import type { Socket } from 'node:net';
import {
  BROKER_CLOSE_MS,
  BROKER_HANDSHAKE_FRAME_BYTES_MAX,
  BROKER_HANDSHAKE_MS,
} from '@apiary/common/limits/broker.ts';
import { AmqpError } from './amqp-error.ts';
import { Channel } from './channel.ts';
import { FrameReader, type FrameSink } from './codec/frame-reader.ts';
import {
  contentFrames,
  HEARTBEAT_FRAME,
  methodFrame,
  PROTOCOL_HEADER,
} from './codec/frame-writer.ts';
import { decodeMethod, type Method, methodId, type OutgoingFields } from './codec/method-codec.ts';
import type { MethodName } from './codec/method-table.ts';
import type { BrokerContext } from './context.ts';
import { Heartbeat } from './heartbeat.ts';
import { InputGate } from './input-gate.ts';
import type { Alarm } from './intake.ts';
import type { Content } from './message.ts';
import { Handshake } from './methods/connection.ts';
import { callChannelMethod } from './methods/index.ts';
import { Output } from './output.ts';
import type { Account } from './permissions.ts';
import type { Queue, QueueOwner } from './queue.ts';

/** How far a connection is. */
type State = 'header' | 'handshake' | 'open' | 'closing' | 'closed';

/** One client's connection: bytes in, frames to channels, frames out, and an orderly end. */
export class Connection implements FrameSink, QueueOwner {
  readonly context: BrokerContext;
  readonly exclusiveQueues = new Set<Queue>();
  readonly #socket: Socket;
  readonly #output: Output;
  readonly #gate: InputGate;
  readonly #reader: FrameReader;
  readonly #handshake: Handshake;
  readonly #channels = new Map<number, Channel>();
  /** Channels that were closed by an error and whose `close-ok` has not come. */
  readonly #closingChannels = new Set<number>();
  #state: State = 'header';
  #header: Buffer = Buffer.alloc(0);
  #heartbeat: Heartbeat | undefined;
  #cancelDeadline: () => void;
  #lastInputAt: number;
  #current: readonly [classId: number, methodId: number] = [0, 0];

  constructor(context: BrokerContext, socket: Socket) {
    this.context = context;
    this.#socket = socket;
    this.#output = new Output(socket, () => context.clock.now());
    this.#reader = new FrameReader(this, BROKER_HANDSHAKE_FRAME_BYTES_MAX);
    this.#handshake = new Handshake(this);
    this.#lastInputAt = context.clock.now();
    this.#cancelDeadline = context.clock.after(BROKER_HANDSHAKE_MS, () => {
      context.counters.handshakesFailed++;
      socket.destroy();
    });
    this.#gate = new InputGate({
      socket,
      output: this.#output,
      intake: context.intake,
      usesDiskReserve: () => this.#handshake.account?.usesDiskReserve ?? false,
      onAlarm: (alarm) => this.#onAlarm(alarm),
      onResumed: () => {
        // The silence was the broker's own.
        this.#lastInputAt = context.clock.now();
      },
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    // What matters about an error is the close that follows it.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#onClose());
  }

  get account(): Account {
    const account = this.#handshake.account;
    if (!account) throw new AmqpError(504, 'the connection is not open');
    return account;
  }

  /** Undefined before sign-in. */
  get accountName(): string | undefined {
    return this.#handshake.account?.name;
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  /** True if deliveries may be sent. */
  get canSend(): boolean {
    return this.#state === 'open' && !this.#output.isFull;
  }

  /** True if direct replies may be sent: the client asked for them, so there is more room for them. */
  get takesReplies(): boolean {
    return this.#state === 'open' && this.#output.takesReplies;
  }

  /** True if the client understands `basic.cancel` from the broker. */
  get knowsCancels(): boolean {
    return this.#handshake.hasCapability('consumer_cancel_notify');
  }

  send<N extends MethodName>(channel: number, name: N, fields: OutgoingFields<N>): void {
    if (this.#state !== 'closed') this.#output.write(methodFrame(channel, name, fields));
  }

  /** Sends a method with content. */
  sendContent<N extends MethodName>(
    channel: number,
    name: N,
    fields: OutgoingFields<N>,
    content: Content,
    bodyBytes: number,
  ): void {
    const { frameBytesMax } = this.#reader;
    const message = { channel, name, fields, content, bodyBytes, frameBytesMax };
    for (const part of contentFrames(message)) this.#output.write(part);
  }

  /** The handshake is over: channels may be opened. */
  open(frameBytesMax: number, heartbeatSeconds: number): void {
    this.#cancelDeadline();
    this.#state = 'open';
    this.#reader.frameBytesMax = frameBytesMax;
    if (heartbeatSeconds === 0) return;
    this.#heartbeat = new Heartbeat(this.context.clock, heartbeatSeconds, {
      lastInputAt: () => this.#lastInputAt,
      lastOutputAt: () => this.#output.lastAt,
      isInputPaused: () => this.#gate.isPaused,
      sendHeartbeat: () => this.#output.write(HEARTBEAT_FRAME),
      onSilence: () => {
        this.context.counters.heartbeatTimeouts++;
        this.#socket.destroy();
      },
    });
  }

  /** Ends the connection in the protocol's way; the socket follows once the peer has agreed. */
  close(error: AmqpError): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const [classId, method] = this.#current;
    const replyText = error.message;
    this.send(0, 'connection.close', {
      replyCode: error.code,
      replyText,
      classId,
      methodId: method,
    });
    this.#state = 'closing';
    this.#releaseAll();
    this.#gate.release();
    this.#cancelDeadline();
    this.#cancelDeadline = this.context.clock.after(BROKER_CLOSE_MS, () => this.#socket.destroy());
  }

  /** Ends the socket after what is still to be sent. */
  end(): void {
    this.#output.flush();
    this.#state = 'closed';
    this.#reader.stop();
    this.#releaseAll();
    this.#socket.end();
    this.#cancelDeadline();
    this.#cancelDeadline = this.context.clock.after(BROKER_CLOSE_MS, () => this.#socket.destroy());
  }

  /** Ends the socket at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#lastInputAt = this.context.clock.now();
    try {
      if (this.#state === 'header') this.#readProtocolHeader(chunk);
      else this.#reader.push(chunk);
    } catch (error) {
      this.#failConnection(error);
    }
    if (this.#state !== 'closing') this.#gate.update();
  }

  #readProtocolHeader(chunk: Buffer): void {
    this.#header = Buffer.concat([this.#header, chunk]);
    const begun = this.#header.subarray(0, PROTOCOL_HEADER.length);
    if (!begun.equals(PROTOCOL_HEADER.subarray(0, begun.length))) {
      this.context.counters.handshakesFailed++;
      this.#output.write(PROTOCOL_HEADER);
      this.end();
      return;
    }
    if (begun.length < PROTOCOL_HEADER.length) return;
    const rest = this.#header.subarray(PROTOCOL_HEADER.length);
    this.#header = Buffer.alloc(0);
    this.#state = 'handshake';
    this.#handshake.begin();
    this.#reader.push(rest);
  }

  onHeartbeat(): void {
    // Its arrival was noted with the bytes.
  }

  onMethod(channelId: number, payload: Buffer): void {
    this.#guard(channelId, () => {
      if (payload.length >= 4) this.#current = [payload.readUInt16BE(0), payload.readUInt16BE(2)];
      const method = decodeMethod(payload);
      if (channelId === 0) this.#onConnectionMethod(method);
      else this.#onChannelMethod(channelId, method);
    });
  }

  onHeader(channelId: number, payload: Buffer): void {
    if (this.#ignores(channelId)) return;
    this.#current = methodId('basic.publish');
    this.#guard(channelId, () => this.#channel(channelId).takeHeader(payload));
  }

  onBody(channelId: number, piece: Buffer): void {
    if (this.#ignores(channelId)) return;
    this.#guard(channelId, () => this.#channel(channelId).takeBody(piece));
  }

  #ignores(channelId: number): boolean {
    return this.#state !== 'open' || this.#closingChannels.has(channelId);
  }

  #channel(id: number): Channel {
    const channel = this.#channels.get(id);
    if (!channel) throw new AmqpError(504, `channel ${id} is not open`);
    return channel;
  }

  #onConnectionMethod(method: Method): void {
    if (method.name === 'connection.close-ok') this.end();
    else if (method.name === 'connection.close') {
      this.send(0, 'connection.close-ok', {});
      this.end();
    } else if (this.#state === 'handshake') this.#handshake.take(method);
    else if (this.#state === 'open')
      throw new AmqpError(503, `${method.name} on an open connection`);
  }

  #onChannelMethod(id: number, method: Method): void {
    if (this.#state === 'closing') return;
    if (this.#state !== 'open') throw new AmqpError(504, 'the connection is not open');
    if (this.#closingChannels.has(id)) {
      this.#onClosingChannelMethod(id, method.name);
      return;
    }
    if (method.name === 'channel.open') {
      if (this.#channels.has(id)) throw new AmqpError(504, "second 'channel.open' seen");
      this.#handshake.checkChannelId(id);
      this.#channels.set(id, new Channel(this, id));
      this.send(id, 'channel.open-ok', {});
      return;
    }
    const channel = this.#channel(id);
    if (channel.isPublishing) throw new AmqpError(505, 'expected content, got a method');
    if (method.name === 'channel.close') {
      this.#removeChannel(channel);
      this.send(id, 'channel.close-ok', {});
    } else {
      if (method.name === 'basic.publish') this.#gate.notePublisher();
      callChannelMethod(channel, method);
    }
  }

  #onClosingChannelMethod(id: number, name: MethodName): void {
    if (name === 'channel.close') this.send(id, 'channel.close-ok', {});
    if (name === 'channel.close' || name === 'channel.close-ok') this.#closingChannels.delete(id);
  }

  #removeChannel(channel: Channel): void {
    this.#channels.delete(channel.id);
    channel.close();
  }

  /** Runs a step of a channel; what the client did wrong ends the channel or the connection. */
  #guard(channelId: number, step: () => void): void {
    try {
      step();
    } catch (error) {
      const channel = this.#channels.get(channelId);
      if (error instanceof AmqpError && error.scope === 'channel' && channel) {
        this.#failChannel(channel, error);
      } else this.#failConnection(error);
    }
  }

  #failChannel(channel: Channel, error: AmqpError): void {
    this.context.counters.channelErrors++;
    this.#removeChannel(channel);
    this.#closingChannels.add(channel.id);
    const [classId, method] = this.#current;
    const replyText = error.message;
    channel.send('channel.close', { replyCode: error.code, replyText, classId, methodId: method });
  }

  #failConnection(thrown: unknown): void {
    let error = thrown;
    if (!(error instanceof AmqpError)) {
      this.context.counters.internalErrors++;
      this.context.logger.error({ error: String(thrown) }, 'broker.internal-error');
      error = new AmqpError(541, 'the broker failed to do this');
    } else this.context.counters.protocolErrors++;
    if (error instanceof AmqpError) this.close(error);
    // After a frame error nothing that follows can be understood.
    if (error instanceof AmqpError && error.code === 501) this.end();
  }

  #onAlarm(alarm: Alarm | undefined): void {
    if (this.#state !== 'open' || !this.#handshake.hasCapability('connection.blocked')) return;
    if (alarm === undefined) this.send(0, 'connection.unblocked', {});
    else this.send(0, 'connection.blocked', { reason: alarm });
  }

  onQueueGone(queue: Queue): void {
    this.exclusiveQueues.delete(queue);
  }

  #onDrain(): void {
    this.#gate.update();
    for (const channel of this.#channels.values()) channel.scheduleConsumers();
  }

  #releaseAll(): void {
    for (const channel of [...this.#channels.values()]) this.#removeChannel(channel);
    for (const queue of [...this.exclusiveQueues]) this.context.host.deleteQueue(queue);
    this.exclusiveQueues.clear();
  }

  #onClose(): void {
    this.#state = 'closed';
    this.#reader.stop();
    this.#heartbeat?.stop();
    this.#cancelDeadline();
    this.#gate.release();
    this.#releaseAll();
  }
}
