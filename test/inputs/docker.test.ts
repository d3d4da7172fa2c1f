import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';
import { bodiesOf } from './input-contract.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

/** What Docker's socket answers, from a script. */
class DockerStandIn {
  readonly running = new Map<string, { lines: Buffer[]; followers: Set<ServerResponse> }>();
  readonly sinces: string[] = [];
  readonly #events = new Set<ServerResponse>();
  readonly #server: Server;

  constructor(path: string) {
    this.#server = createServer(({ url = '' }, response) => this.#answer(url, response));
    this.#server.listen(path);
  }

  start(id: string): void {
    this.running.set(id, { lines: [], followers: new Set() });
    const event = `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: id } })}\n`;
    for (const response of this.#events) response.write(event);
  }

  say(id: string, stream: 1 | 2, text: string): void {
    const payload = Buffer.from(text);
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(payload.length, 4);
    const frame = Buffer.concat([head, payload]);
    const container = this.running.get(id);
    container?.lines.push(frame);
    // In two pieces, so that a head may be cut.
    for (const response of container?.followers ?? []) {
      response.write(frame.subarray(0, 5));
      response.write(frame.subarray(5));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(url: string, response: ServerResponse): void {
    const [, id = '', what = ''] = /^\/containers\/([ab]{64})\/(json|logs)/.exec(url) ?? [];
    const container = this.running.get(id);
    if (url.startsWith('/events')) {
      this.#events.add(response);
      response.flushHeaders();
    } else if (url === '/containers/json') {
      response.end(JSON.stringify([...this.running.keys()].map((Id) => ({ Id }))));
    } else if (!container) response.writeHead(404).end();
    else if (what === 'json') {
      response.end(JSON.stringify({ Name: `/web-${id[0]}`, Config: { Tty: false } }));
    } else {
      this.sinces.push(/since=([\d.]+)/.exec(url)?.[1] ?? '');
      response.flushHeaders();
      for (const line of container.lines) response.write(line);
      container.followers.add(response);
    }
  }
}

describe('docker', () => {
  let rig: Rig;
  let docker: DockerStandIn;
  let url: string;

  beforeEach(async () => {
    rig = await new Rig().open();
    const path = join(rig.folder, 'docker.sock');
    docker = new DockerStandIn(path);
    url = `docker:?socket=${path}`;
    await rig.start();
  });

  afterEach(async () => {
    await rig.close();
    await docker.close();
  });

  const at = (offsetMs: number) =>
    `${new Date(rig.clock.now() + offsetMs).toISOString().slice(0, -1)}000000Z`;
  const hasStored = (count: number) => rig.until(() => bodiesOf(rig).length >= count);

  test('follows containers that run and that start, stdout and stderr apart, parts joined', async () => {
    docker.start(A);
    docker.say(A, 1, `${at(-60_000)} before the target\n`);
    await rig.watch([url]);
    await rig.until(() => docker.sinces.length === 1);
    docker.say(A, 1, `${at(1_000)} out-`);
    docker.say(A, 2, `${at(1_001)} err\n`);
    docker.say(A, 1, `${at(1_002)} more\n`);
    docker.start(B);
    docker.say(B, 1, `${at(1_003)} of B\n`);
    await hasStored(3);
    await rig.advance(500);
    expect(new Set(bodiesOf(rig))).toEqual(new Set(['err', 'out-more', 'of B']));
    const files = new Set(rig.store.runs.map(({ file }) => file));
    expect(files).toEqual(
      new Set(['docker:web-a/stdout', 'docker:web-a/stderr', 'docker:web-b/stdout']),
    );
    expect(rig.report()).toMatchObject({ state: 'active', files: 2 });
  });

  test('goes on after a restart where it was, once', async () => {
    docker.start(A);
    await rig.watch([url]);
    await rig.until(() => docker.sinces.length === 1);
    docker.say(A, 1, `${at(1_000)} one\n`);
    await hasStored(1);
    await rig.stop();
    docker.say(A, 1, `${at(2_000)} two\n`);
    await rig.start();
    await hasStored(2);
    await rig.advance(500);
    expect(bodiesOf(rig)).toEqual(['one', 'two']);
  });

  test('without Docker it fails with a reason, and comes back with it', async () => {
    docker.start(A);
    await rig.watch([url]);
    await docker.close();
    await rig.until(() => rig.report()?.state === 'failed');
    docker = new DockerStandIn(join(rig.folder, 'docker.sock'));
    docker.start(A);
    await rig.until(() => rig.report()?.state === 'active');
    docker.say(A, 1, `${at(9_000)} back\n`);
    await hasStored(1);
  });
});
