/** A honeycomb on a bus in memory and a folder of its own, and a Bee that writes to it; for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE } from '@apiary/common/bus/topology.ts';
import { ManualClock } from '@apiary/common/clock.ts';
import type { Component } from '@apiary/common/component.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { createSilentLogger, type Logger } from '@apiary/common/log.ts';
import { callAction, streamAction } from '@apiary/common/messages/actions/action.ts';
import {
  honeycombActions,
  type SearchPart,
  type SearchRequest,
} from '@apiary/common/messages/actions/honeycomb.ts';
import type { Agent } from '@apiary/common/messages/agent.ts';
import { encodeRuns } from '@apiary/common/messages/data/codec.ts';
import { signData } from '@apiary/common/messages/data/message.ts';
import type { Run } from '@apiary/common/messages/data/run.ts';
import { fingerprintOf, generateSigningKeys } from '@apiary/common/messages/signature.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { newId } from '@apiary/common/random.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { runOf, streamOf } from '@apiary/common/testing/chunk-runs.ts';
import { createMemoryBus, MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { createHoneycomb, type HoneycombOptions } from '../index.ts';
import { agentsDefinition } from '../model.ts';

/** Who asks. */
export const ACTOR: Actor = { kind: 'component', id: 'test', name: 'test', role: 'system' };

/** A search's answer put together. */
export interface SearchAnswer {
  readonly records: LogRecord[];
  readonly counts: Extract<SearchPart, { type: 'counts' }>;
  readonly done: Extract<SearchPart, { type: 'done' }>;
}

/** See the file's head. */
export class HoneycombRig {
  readonly clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
  readonly folder: string;
  /** For the next start. */
  options: HoneycombOptions;
  readonly documents: Documents;
  readonly bus: MemoryBus;
  readonly keys = generateSigningKeys();
  readonly store: string;
  readonly #honeycombBus: () => MemoryBus;
  /** Of the honeycomb that was started last. */
  metrics = new Metrics();
  log: Logger = createSilentLogger();
  #component: Component | undefined;
  #hive: MemoryBus | undefined;
  #sequence = 0;

  private constructor(
    folder: string,
    documents: Documents,
    options: HoneycombOptions,
    store: string,
  ) {
    this.options = options;
    this.store = store;
    const { bus, broker } = createMemoryBus();
    this.bus = bus;
    this.#honeycombBus = () => new MemoryBus(broker);
    this.folder = folder;
    this.documents = documents;
  }

  /** @param store in place of a folder of its own, for log data; `papers` for documents */
  static async create(
    options: HoneycombOptions = {},
    store?: string,
    papers?: string,
  ): Promise<HoneycombRig> {
    const folder = await mkdtemp(join(tmpdir(), 'apiary-honeycomb-'));
    const documents = await openDocuments(papers ?? `sqlite:${folder}`);
    const rig = new HoneycombRig(folder, documents, options, store ?? `sqlite:${folder}`);
    await rig.setApproval('approved');
    await rig.start();
    return rig;
  }

  get agent(): string {
    return this.keys.agent;
  }

  /** Another connection to the same broker. */
  connect(): MemoryBus {
    return this.#honeycombBus();
  }

  async start(): Promise<void> {
    this.#hive = this.#honeycombBus();
    this.#component = this.#make(this.#hive, this.clock);
    await this.#component.start();
  }

  /** Another honeycomb on the same broker and store, with a clock of its own. */
  async join(): Promise<{ component: Component; bus: MemoryBus; clock: ManualClock }> {
    const bus = this.#honeycombBus();
    const clock = new ManualClock(this.clock.now());
    const component = this.#make(bus, clock);
    await component.start();
    return { component, bus, clock };
  }

  #make(bus: MemoryBus, clock: ManualClock): Component {
    this.metrics = new Metrics();
    const context = {
      ...{ bus, clock, documents: this.documents, store: this.store },
      ...{ log: this.log, metrics: this.metrics },
      instance: newId(),
    };
    return createHoneycomb(context, this.options);
  }

  async stop(): Promise<void> {
    await this.#component?.stop();
    await this.#hive?.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.bus.close();
    await this.documents.close();
    await rm(this.folder, { recursive: true });
  }

  /** Writes the Bee's document as agentmanager would, and says so. */
  async setApproval(approval: Agent['approval']): Promise<void> {
    const agents = await this.documents.collection(agentsDefinition);
    await agents.put({
      id: this.agent,
      name: 'host-1',
      fingerprint: fingerprintOf(this.agent),
      publicKey: this.keys.publicKey.toString('base64'),
      approval,
      facts: {
        hostName: 'host-1',
        machineId: '',
        addresses: [],
        system: 'test',
        architecture: 'test',
        version: '0',
        zoneOffsetMinutes: 0,
      },
      tags: [],
      firstSeenMs: this.clock.now(),
    });
    const change = { collection: 'agents', id: this.agent, kind: 'written' };
    this.bus.events.emit('document.changed.agents', change);
  }

  /** Publishes runs as a Bee does; resolves once the broker has them. */
  async publish(
    runs: readonly Run[],
    change: { readonly body?: Buffer; readonly host?: string } = {},
  ): Promise<void> {
    const body = encodeRuns(runs);
    const headers = {
      version: 1 as const,
      agent: this.agent,
      host: change.host ?? 'host-1',
      zone: 0,
      sequence: ++this.#sequence,
    };
    await this.bus.publish({
      exchange: EXCHANGE.blocks,
      routingKey: BLOCKS_KEY,
      type: 'data',
      headers: { ...signData(headers, body, this.keys.privateKey) },
      body: change.body ?? body,
    });
  }

  /** Publishes lines as a stream of their own. */
  async publishLines(generation: string, lines: readonly string[]): Promise<void> {
    const stream = streamOf(lines);
    await this.publish([
      runOf(stream, 0, stream.length, { generation, observed: this.clock.now() }),
    ]);
  }

  async search(request: SearchRequest): Promise<SearchAnswer> {
    const records: LogRecord[] = [];
    let counts: SearchAnswer['counts'] | undefined;
    const options = { actor: ACTOR };
    for await (const part of streamAction(this.bus, honeycombActions.search, request, options)) {
      if (part.type === 'records') records.push(...part.records);
      if (part.type === 'counts') counts = part;
      if (part.type === 'done' && counts) return { records, counts, done: part };
    }
    throw new Error('the answer ended early');
  }

  /** Searches until as many records are there; for what is published but perhaps not committed yet. */
  async settled(total: number): Promise<SearchAnswer> {
    let answer: SearchAnswer | undefined;
    await until(async () => {
      answer = await this.search({ query: '', limit: 10_000 });
      return answer.done.total >= total;
    });
    if (!answer) throw new Error('no answer');
    return answer;
  }

  async stats() {
    return await callAction(this.bus, honeycombActions.stats, {}, { actor: ACTOR });
  }
}

/** How long something that never happens is waited for; a turn of the event loop is no measure of what threads do. */
const WAIT_MS_MAX = 60_000;

/** Waits, turn by turn of the event loop, for what other parts do. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it did not come about: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
