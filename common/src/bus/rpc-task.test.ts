import { expect, test } from '@jest/globals';
import { ManualClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { RPC_PARTS_BYTES, RPC_STREAM_WINDOW } from '../limits.ts';
import { TEST_ACTOR } from '../testing/bus-bench.ts';
import { type AnswerAddress, RpcTask } from './rpc-task.ts';

interface Message {
  readonly type: string | undefined;
  readonly first: unknown;
  readonly content: unknown;
}

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
  const task = new RpcTask({
    to: { channel, replyTo: 'caller', id: 'one', controls: 'controls' },
    action: 'test.parts',
    envelope: { version: 1, actor: TEST_ACTOR, deadlineMs: 1_000, controls: true },
    handler: answer,
    clock: new ManualClock(0),
  });
  return { messages, task };
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

test('a part does not wait for one that takes its time', async () => {
  const goOn = Promise.withResolvers<void>();
  const isSent = Promise.withResolvers<void>();
  const { messages, task } = taskOf(async function* () {
    yield 'one';
    yield 'two';
    isSent.resolve();
    await goOn.promise;
    yield 'three';
  });
  const running = task.run();
  await isSent.promise;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(messages).toEqual([{ type: 'parts', first: 0, content: { bodies: ['one', 'two'] } }]);
  goOn.resolve();
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
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
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
