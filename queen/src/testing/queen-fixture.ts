/** A Queen on a free loopback port with a bus in memory, documents on disk and a fake Hive. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ManualClock } from '@apiary/common/clock.ts';
import { announceChanges } from '@apiary/common/documents/announce.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { createMemoryBus, type MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { z } from 'zod';
import { createQueen, type Queen } from '../index.ts';
import { FakeHive } from './fake-hive.ts';

/** What tests use. */
export interface QueenFixture {
  readonly queen: Queen;
  readonly hive: FakeHive;
  readonly bus: MemoryBus;
  readonly clock: ManualClock;
  readonly folder: string;
  /** The local bearer token. */
  readonly token: string;
  /** Requests with a cookie or token already in `init`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Signs in by a link; the result is a `Cookie` header. */
  signIn(): Promise<string>;
  /** A collection as it is stored, as text. */
  documents(collection: string): Promise<string>;
  /** Another one on the same bus and folder, not started. */
  makeQueen(port?: number): Queen;
  /** Stops Queen and starts another one on the same folder, with another token and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startQueenFixture(): Promise<QueenFixture> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apiary-queen-'));
  const webFolder = path.join(folder, 'web');
  const { bus } = createMemoryBus();
  const documents = await openDocuments(`sqlite:${folder}`);
  const stopAnnouncing = announceChanges(documents, bus);
  const clock = new ManualClock();
  const hive = new FakeHive(bus);
  await hive.start();
  const installer = await writeInstaller(folder);
  const makeQueen = (port = 0) =>
    createQueen(
      {
        bus,
        documents,
        log: createSilentLogger(),
        clock,
        metrics: new Metrics(),
        instance: 'queen-1',
        store: `sqlite:${folder}`,
      },
      {
        host: '127.0.0.1',
        port,
        dataFolder: folder,
        webFolder,
        broker: { host: '192.0.2.7', port: 5671, secure: true, pin: 'ab'.repeat(32) },
        installer,
      },
    );
  let queen = makeQueen();
  await queen.start();
  const local: unknown = JSON.parse(await readFile(path.join(folder, 'run', 'local.json'), 'utf8'));
  // Written by Queen just now.
  const { token } = local as { token: string };
  const fetchFrom = (route: string, init?: RequestInit) => fetch(`${queen.url}${route}`, init);
  return {
    get queen() {
      return queen;
    },
    hive,
    bus,
    clock,
    folder,
    token,
    fetch: fetchFrom,
    signIn: async () => {
      const link = new URL(await queen.createLink());
      const answer = await fetchFrom('/api/session/link', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: link.hash.slice(1) }),
      });
      return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
    documents: async (name) => {
      const schema = z.looseObject({ id: z.string() });
      const stored = await documents.collection({ name, schema, indexes: [] });
      return JSON.stringify(await stored.find());
    },
    makeQueen,
    restart: async () => {
      await queen.stop();
      queen = makeQueen();
      await queen.start();
    },
    stop: async () => {
      await queen.stop();
      await hive.stop();
      stopAnnouncing();
      await bus.close();
      await documents.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeInstaller(folder: string) {
  const [script, bee, node] = ['install-bee.sh', 'bee.mjs', 'node'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  await writeFile(script, "o='@ORIGIN@' b='@BROKER@' p='@PIN@' s='@SHA256_BEE@' x='@OTHER@'\n");
  await writeFile(bee, 'the Bee\n');
  await writeFile(node, 'Node\n');
  return { script, bee, node };
}

/** A small built web UI. */
export async function writeWebUi(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'web', 'assets'), { recursive: true });
  const page = '<!doctype html><meta property="csp-nonce" content="__CSP_NONCE__"><title>x</title>';
  await writeFile(path.join(folder, 'web', 'index.html'), page);
  await writeFile(path.join(folder, 'web', 'assets', 'main-1a2b.js'), 'export {};\n');
}

/** Headers of a JSON request by the local token. */
export function bearer(token: string, more: Record<string, string> = {}): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more };
}
