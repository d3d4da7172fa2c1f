/** Small senders for inputs: sockets and programs, each resolving when it is done. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A port of 127.0.0.1 that nobody listens at, for TCP and UDP alike. */
export async function unusedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The port of a target's URL. */
export function portOf(url: string): number {
  return Number(/:(\d+)\/?(?:\?.*)?$/.exec(url)?.[1]);
}

/** Sends pieces over one TCP connection and ends it. */
export async function sendTcp(port: number, pieces: readonly (string | Uint8Array)[]) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (!socket.write(piece)) await once(socket, 'drain');
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  socket.resume();
  await once(socket, 'close');
}

/** Sends pieces over one TLS connection; rejects when the other side does not take them. */
export async function sendTls(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  options: ConnectionOptions,
) {
  const socket = connectTls({ port, host: '127.0.0.1', ...options });
  await once(socket, 'secureConnect');
  const closed = once(socket, 'close');
  for (const piece of pieces) socket.write(piece);
  socket.end();
  socket.resume();
  await closed;
}

/** Posts JSON over TLS and resolves with the answer's status; rejects when there is no connection. */
export async function postTls(
  url: string,
  body: string,
  options: ConnectionOptions,
): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json' };
  const asked = request(url, { method: 'POST', headers, agent: false, ...options });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}

/** Sends datagrams in order. */
export async function sendUdp(port: number, datagrams: readonly (string | Uint8Array)[]) {
  const socket = createSocket('udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }
  socket.close();
}

/** Runs a program to its end. @throws Error with what it wrote when it fails */
export async function runProgram(program: string, argv: readonly string[], input = '') {
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  // A program that reads nothing may be gone before this is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  return output;
}

/** True if a connection to a port of 127.0.0.1 is taken. */
export async function isListening(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1');
  const taken = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return taken || undefined;
}
