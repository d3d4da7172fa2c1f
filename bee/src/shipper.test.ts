import { QUEUE } from '@apiary/common/bus/topology.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import { BATCH_WAIT_MS, UNCONFIRMED_MESSAGES_MAX } from '@apiary/common/limits.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { decodeRuns } from '@apiary/common/messages/data/codec.ts';
import { generateSigningKeys } from '@apiary/common/messages/signature.ts';
import { MemoryBroker } from '@apiary/common/testing/memory-broker.ts';
import { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Shipper } from './shipper.ts';
import type { Piece, Source } from './source.ts';

/** Gives lines of its own, and knows which were confirmed. */
class TestSource implements Source {
  waiting: string[] = [];
  readonly confirmed: string[] = [];
  asked = 0;
  #offset = 0;

  take(space: number): Piece | 'nothing' | 'no-room' {
    this.asked++;
    const line = this.waiting[0];
    if (line === undefined) return 'nothing';
    const data = Buffer.from(`${line}\n`);
    if (data.length > space) return 'no-room';
    this.waiting.shift();
    const from = this.#offset;
    this.#offset += data.length;
    const run = {
      generation: '00000000000000aa',
      target: 't',
      file: '/f',
      tags: [],
      from,
      to: this.#offset,
      observed: 1,
      startsMidRecord: false,
      endsMidRecord: false,
      history: false,
      data,
      sourceLengths: Uint32Array.of(data.length),
      bodyLengths: undefined,
    };
    return { run, confirmed: () => this.confirmed.push(line) };
  }
}

let clock: ManualClock;
let broker: MemoryBroker;
let bus: MemoryBus;
let shipper: Shipper;
let source: TestSource;
let messages: string[][];

beforeEach(async () => {
  clock = new ManualClock();
  broker = new MemoryBroker();
  bus = new MemoryBus(broker);
  messages = [];
  await new MemoryBus(broker).consume(QUEUE.blocks, { prefetch: 100 }, (delivery) => {
    messages.push(decodeRuns(delivery.body).map((run) => Buffer.from(run.data).toString().trim()));
    delivery.ack();
  });
  const host = () => ({ hostName: 'h', zoneOffsetMinutes: 0 });
  const log = createSilentLogger();
  shipper = new Shipper({ bus, clock, log, keys: generateSigningKeys(), host });
  source = new TestSource();
});

afterEach(async () => {
  broker.releaseConfirms();
  await broker.settled();
  await shipper.stop(0);
});

function offer(...lines: string[]): void {
  source.waiting.push(...lines);
  shipper.offer(source);
}

describe('the shipper', () => {
  test('asks nobody until it is resumed', async () => {
    offer('a');
    await broker.settled();
    expect(source.asked).toBe(0);
    shipper.resume();
    await broker.settled();
    expect(messages).toEqual([['a']]);
    expect(source.confirmed).toEqual(['a']);
  });

  test('sends at once when nothing is unconfirmed, and else gathers for a while', async () => {
    shipper.resume();
    broker.holdConfirms();
    offer('a');
    offer('b');
    offer('c');
    await broker.settled();
    expect(messages).toEqual([['a']]);
    clock.advance(BATCH_WAIT_MS);
    await broker.settled();
    expect(messages).toEqual([['a'], ['b', 'c']]);
    expect(source.confirmed).toEqual([]);
  });

  test('sends what it gathered as soon as all is confirmed', async () => {
    shipper.resume();
    broker.holdConfirms();
    offer('a');
    offer('b');
    await broker.settled();
    broker.releaseConfirms();
    await broker.settled();
    expect(messages).toEqual([['a'], ['b']]);
    expect(source.confirmed).toEqual(['a', 'b']);
  });

  test('stops asking with a full window, and goes on when confirms come', async () => {
    shipper.resume();
    broker.holdConfirms();
    const big = 'x'.repeat(200_000);
    offer(...Array.from({ length: 20 }, (_, index) => `${index} ${big}`));
    for (let round = 0; round < 20; round++) {
      clock.advance(BATCH_WAIT_MS);
      await broker.settled();
    }
    expect(shipper.unconfirmed).toBe(UNCONFIRMED_MESSAGES_MAX);
    expect(messages).toHaveLength(UNCONFIRMED_MESSAGES_MAX);
    broker.releaseConfirms();
    await broker.settled();
    for (let round = 0; round < 20; round++) {
      clock.advance(BATCH_WAIT_MS);
      await broker.settled();
    }
    expect(messages.flat()).toHaveLength(20);
    expect(source.confirmed).toHaveLength(20);
  });

  test('asks nobody while the broker is away', async () => {
    shipper.resume();
    bus.cut();
    offer('a');
    await broker.settled();
    expect(source.asked).toBe(0);
    bus.restore();
    await broker.settled();
    expect(messages).toEqual([['a']]);
  });

  test('gives each source its turn', async () => {
    const other = new TestSource();
    broker.holdConfirms();
    source.waiting.push('a1', 'a2', 'a3');
    other.waiting.push('b1', 'b2');
    shipper.offer(source);
    shipper.offer(other);
    shipper.resume();
    await broker.settled();
    expect(messages).toEqual([['a1', 'b1', 'a2', 'b2', 'a3']]);
  });
});
