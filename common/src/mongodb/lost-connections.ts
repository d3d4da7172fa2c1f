/**
 * Ends the driver's waits for room on connections that are lost. As of 7.9 it waits for a socket that takes nothing just
 * now to say `drain` or `error`, and one that is destroyed says neither. So it is, first, where the server closed a
 * connection at rest and a request takes it before the event loop tells that it is closed; second, where the driver
 * itself ends a connection in the middle of a write. Such a request was never answered, never failed, and kept its
 * connection. Node tells of each socket that is made, so nothing of the driver is touched: `docs/decisions/0015-…`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { nextTick } from 'node:process';
import { MongoNetworkError } from 'mongodb';

/** Set in whatever the driver does, and in nothing else. */
const ofTheDriver = new AsyncLocalStorage<true>();

// Where Node tells nothing of sockets, a request ends when its time is up.
subscribe('net.client.socket', (message) => {
  // Documented: https://nodejs.org/api/diagnostics_channel.html#built-in-channels
  if (ofTheDriver.getStore()) endWaitsOnceLost((message as { readonly socket: Socket }).socket);
});

/** Runs `ask`; connections that the driver makes for it, now or later, end what waits for them once they are lost. */
export function endingLostWrites<R>(ask: () => R): R {
  return ofTheDriver.run(true, ask);
}

function endWaitsOnceLost(socket: Socket): void {
  const end = () => {
    if (socket.listenerCount('drain') === 0) return;
    socket.emit('error', new MongoNetworkError('the connection was closed before it was written'));
  };
  socket.once('close', end);
  socket.on('newListener', (event) => {
    // Its listener for errors comes in the same turn.
    if (event === 'drain' && socket.destroyed) nextTick(end);
  });
}
