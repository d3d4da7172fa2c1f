import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { answerLines } from './answer-lines.ts';

let answer: Promise<ServerResponse>;
let url: string;
const server = () =>
  createServer((_, response) => {
    response.writeHead(200);
    told.resolve(response);
  });
let told: PromiseWithResolvers<ServerResponse>;
let running: ReturnType<typeof server>;

beforeEach(async () => {
  told = Promise.withResolvers();
  answer = told.promise;
  running = server().listen(0, '127.0.0.1');
  await once(running, 'listening');
  url = `http://127.0.0.1:${(running.address() as AddressInfo).port}`;
});

afterEach(() => {
  running.closeAllConnections();
  running.close();
});

async function ask(signal?: AbortSignal) {
  const asked = fetch(url, signal ? { signal } : {});
  const response = await answer;
  response.flushHeaders();
  const { body } = await asked;
  if (!body) throw new Error('no body');
  return { response, lines: answerLines(body, signal) };
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const line of lines) seen.push(line);
  return seen;
}

test('lines come whole, wherever the parts are cut, also within a character', async () => {
  const { response, lines } = await ask();
  for (const byte of Buffer.from('first\nzweite ä€😀\n\nlast')) response.write(Buffer.of(byte));
  response.end();
  expect(await all(lines)).toEqual(['first', 'zweite ä€😀', '', 'last']);
});

test('a connection that is cut while nobody asks for a line is told when one does', async () => {
  const { response, lines } = await ask();
  response.write('first\n');
  expect((await lines.next()).value).toBe('first');
  response.write('second\nhal');
  const cut = once(response, 'close');
  response.destroy();
  await cut;
  // Nobody is reading: an error that is thrown at nobody would end the process.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(all(lines)).rejects.toMatchObject({ code: 'bus-lost' });
});

test('the request ends when one does not want the rest', async () => {
  const { response, lines } = await ask();
  response.write('first\nsecond\n');
  const closed = once(response, 'close');
  for await (const line of lines) {
    expect(line).toBe('first');
    break;
  }
  await closed;
  expect(response.writableFinished).toBe(false);
});

test('who aborts gets the own reason back', async () => {
  const aborted = new AbortController();
  const { response, lines } = await ask(aborted.signal);
  response.write('first\n');
  await lines.next();
  aborted.abort(new Error('enough'));
  await expect(lines.next()).rejects.toThrow('enough');
});
