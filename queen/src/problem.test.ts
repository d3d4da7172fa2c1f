import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSilentLogger } from '@apiary/common/log.ts';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import express from 'express';
import { problemHandler } from './problem.ts';

let server: Server;
const log = createSilentLogger();
const told = jest.spyOn(log, 'error');
/** What the route waits for, and fails with. */
let failing: PromiseWithResolvers<never>;
let handled: PromiseWithResolvers<void>;
/** The route has begun. */
let asked: Promise<unknown>;

beforeEach(async () => {
  told.mockClear();
  failing = Promise.withResolvers();
  handled = Promise.withResolvers();
  const application = express();
  application.get('/late', async (_, response) => {
    response.once('close', () => failing.reject(new DOMException('left', 'AbortError')));
    application.emit('asked');
    await failing.promise;
  });
  application.get('/broken', () => {
    throw new Error('broken');
  });
  const problem = problemHandler(log);
  const last: express.ErrorRequestHandler = (error, request, response, next) => {
    problem(error, request, response, next);
    handled.resolve();
  };
  application.use(last);
  server = createServer(application);
  asked = once(application, 'asked');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function address(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

test('a client that left is no failure of the server', async () => {
  const request = get(address('/late'));
  request.on('error', () => undefined);
  await asked;
  request.destroy();
  await handled.promise;
  expect(told).not.toHaveBeenCalled();
});

test('what fails while somebody waits is told', async () => {
  const response = await fetch(address('/broken'));
  expect(response.status).toBe(500);
  expect(told).toHaveBeenCalledTimes(1);
});

test('an end of something else while somebody waits is told', async () => {
  const response = fetch(address('/late'));
  await asked;
  failing.reject(new DOMException('ended', 'AbortError'));
  expect((await response).status).toBe(500);
  expect(told).toHaveBeenCalledTimes(1);
});
