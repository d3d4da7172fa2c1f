import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { guardedRun } from './guarded-run.ts';

/** A program that connects to a socket and stays: the connection ends when the process does. */
const STAYS = [process.execPath, '-e', 'require("net").connect(process.argv[1]).resume()'];

describe('a guarded run', () => {
  let folder: string;
  let path: string;
  let server: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'guarded-'));
    path = join(folder, 'socket');
    server = createServer().listen(path);
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await once(server, 'close');
    rmSync(folder, { recursive: true });
  });

  const started = async () => {
    const [socket] = await once(server, 'connection');
    socket.on('error', () => undefined);
    return { ended: once(socket.resume(), 'close') };
  };
  const here = () => ({ cwd: folder, signal: new AbortController().signal });

  test('gives the exit code', async () => {
    expect(await guardedRun(['/bin/sh', '-c', 'exit 7'], here())).toBe(7);
    expect(await guardedRun(['/bin/true'], here())).toBe(0);
  });

  test('says null of what did not end by itself', async () => {
    expect(await guardedRun(['/bin/true'], { ...here(), cwd: join(folder, 'none') })).toBeNull();
    expect(
      await guardedRun(['/bin/true'], { cwd: folder, signal: AbortSignal.abort() }),
    ).toBeNull();
  });

  test('ends with all its children when it is told to', async () => {
    const controller = new AbortController();
    const shell = ['/bin/sh', '-c', '"$@" & "$@"', 'sh', ...STAYS, path];
    const run = guardedRun(shell, { cwd: folder, signal: controller.signal });
    const both = [await started(), await started()];
    controller.abort();
    expect(await run).toBeNull();
    await Promise.all(both.map(({ ended }) => ended));
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('ends when who started it gets %s', async (name) => {
    const program = `
      import { guardedRun } from ${JSON.stringify(join(import.meta.dirname, 'guarded-run.ts'))};
      await guardedRun(${JSON.stringify([...STAYS, path])}, { cwd: '/', signal: new AbortController().signal });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const one = await started();
    parent.kill(name);
    const [, signal] = await once(parent, 'exit');
    expect(signal).toBe(name);
    await one.ended;
  });
});
