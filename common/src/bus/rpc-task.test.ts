import { expect, test } from '@jest/globals';
import { ManualClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { RPC_PARTS_BYTES, RPC_PARTS_WAIT_MS, RPC_STREAM_WINDOW } from '../limits.ts';
import { TEST_ACTOR } from '../testing/bus-bench.ts';
import { type AnswerAddress, RpcTask } from './rpc-task.ts';

interface Message {
  readonly type: string | undefined;
  readonly first: unknown;
  readonly content: unknown;
}

/** Lets all go on that waits for nothing but its turn. */
const turns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Messages of an answer, and the task that sends them. */
function taskOf(answer: () => AsyncIterable<unknown>) {
  const messages: Message[] = [];
  const publish: AnswerAddress['channel']['publish'] = (_exchange, _key, content, properties) => {
    const first: unknown = properties?.headers?.part;
    messages.push({ type: properties?.type, first, content: JSON.parse(content.toString()) });
    return true;
  };
  // Nothing else of a channel is used while it takes what it is given.
  const channel = { publish } as AnswerAddress['channel'];
  const clock = new ManualClock(0);
  const task = new RpcTask({
    to: { channel, replyTo: 'caller', id: 'one', controls: 'controls' },
    action: 'test.parts',
    envelope: { version: 1, actor: TEST_ACTOR, deadlineMs: 1_000, controls: true },
    handler: answer,
    clock,
  });
  return { messages, task, clock };
}

test('parts that are there at once go in one message, with the end of the answer', async () => {
  const { messages, task } = taskOf(async function* () {
    yield 'one';
    yield undefined;
    yield { three: 3 };
  });
  expect(await task.run()).toBeUndefined();
  expect(messages).toEqual([
    { type: 'last', first: 0, content: { bodies: ['one', null, { three: 3 }] } },
  ]);
});

test('parts wait for one that comes within a moment, and for no other', async () => {
  const later = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const isWaiting = Promise.withResolvers<void>();
  const isLate = Promise.withResolvers<void>();
  const { messages, task, clock } = taskOf(async function* () {
    yield 'one';
    isWaiting.resolve();
    await later.promise;
    yield 'two';
    isLate.resolve();
    await late.promise;
    yield 'three';
  });
  const running = task.run();
  await isWaiting.promise;
  clock.advance(RPC_PARTS_WAIT_MS - 1);
  later.resolve();
  await isLate.promise;
  await turns();
  expect(messages).toEqual([]);
  // Since the first of them.
  clock.advance(1);
  await turns();
  expect(messages).toEqual([{ type: 'parts', first: 0, content: { bodies: ['one', 'two'] } }]);
  late.resolve();
  await running;
  expect(messages.slice(1)).toEqual([{ type: 'last', first: 2, content: { bodies: ['three'] } }]);
});

test('a message is bounded in bytes and by what the caller takes', async () => {
  const large = 'x'.repeat(RPC_PARTS_BYTES / 2 - 10);
  const { messages, task } = taskOf(async function* () {
    yield* [large, large, large];
    for (let part = 3; part < 2 * RPC_STREAM_WINDOW; part++) yield part;
  });
  const running = task.run();
  await turns();
  const sent = () =>
    messages.map(({ content }) => (content as { bodies: unknown[] }).bodies.length);
  expect(sent()).toEqual([2, RPC_STREAM_WINDOW - 2]);
  task.control({ type: 'taken', parts: RPC_STREAM_WINDOW });
  await running;
  expect(sent()).toEqual([2, RPC_STREAM_WINDOW - 2, RPC_STREAM_WINDOW]);
  expect(messages.map(({ first }) => first)).toEqual([0, 2, RPC_STREAM_WINDOW]);
});

test('what was there before an error is sent before it', async () => {
  const { messages, task } = taskOf(async function* () {
    yield 'one';
    throw new AppError('conflict', 'changed');
  });
  await task.run();
  expect(messages.map(({ type }) => type)).toEqual(['parts', 'error']);
});
