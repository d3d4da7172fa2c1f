/**
 * So many honeycombs, each a process, on one broker and one database, and a Bee that sends a corpus: what
 * each of them has taken, and what all of them cost.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AmqpBus, connectBus } from '@apiary/common/bus/amqp-bus.ts';
import type { Actor } from '@apiary/common/bus/bus.ts';
import { BLOCKS_KEY, EXCHANGE } from '@apiary/common/bus/topology.ts';
import type { AppendMessage } from '@apiary/common/chunks/chunks.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import {
  honeycombActions,
  type searchRequestSchema,
} from '@apiary/common/messages/actions/honeycomb.ts';
import { signData } from '@apiary/common/messages/data/message.ts';
import { fingerprintOf, generateSigningKeys } from '@apiary/common/messages/signature.ts';
import { agentsDefinition } from '@apiary/hive/honeycomb/model.ts';
import type { z } from 'zod';
import { projectRoot } from '../../../scripts/data-folder.ts';
import { freePorts } from '../../../scripts/free-ports.ts';
import { HONEYCOMB_FLAGS, NODE_FLAGS } from '../../../scripts/supervisor.ts';
import { cpuSeconds } from '../bee/processes.ts';

const actor: Actor = { kind: 'component', id: 'bench', name: 'bench', role: 'system' };
/** Unconfirmed at once: enough that every honeycomb has its prefetch full. */
const UNCONFIRMED_MAX = 64;
/** Each look costs each of them processor time. */
const LOOK_MS = 1_000;
/** Looks without a further chunk after which nothing is being sealed any more: it takes five seconds on a busy machine. */
const STILL_LOOKS = 6;
const DEADLINE_MS = 600_000;
/** The first questions read all chunks, on a machine that may have other work. */
const ASK_MS_MAX = 60_000;

interface Member {
  readonly child: ChildProcess;
  readonly statusPort: number;
}

/** What each member has done since it was started. */
export interface MemberFigures {
  readonly messages: number;
  readonly sealedChunks: number;
}

/** What is measured of honeycombs, by whatever they share. */
export interface Site {
  /** What each of them had done when something was ingested last. */
  readonly members: readonly MemberFigures[];
  /** How often each of them was looked at so far. */
  readonly looks: number;
  /** CPU seconds of all honeycombs so far. */
  cpuSeconds(): number;
  /** Sends messages, and waits until they are committed and what is full is sealed. */
  ingest(messages: Iterable<AppendMessage>): Promise<readonly MemberFigures[]>;
  /** What each of them has done so far, which costs each of them some processor time. */
  look(): Promise<readonly MemberFigures[]>;
  /** The number of records. @throws Error if something is missing from the answer */
  ask(query: string, more: Question): Promise<number>;
  stop(): Promise<void>;
}

/** What is asked for beside the query. */
export interface Question {
  readonly limit: number;
  readonly buckets?: number;
  /** Milliseconds since 1970. */
  readonly from: number | undefined;
}

/** See the file's head. */
export class ScaleSite implements Site {
  readonly #bus: AmqpBus;
  readonly #members: Member[] = [];
  readonly #keys = generateSigningKeys();
  readonly #signal: AbortSignal;
  #sent = 0;
  #figures: readonly MemberFigures[] = [];
  #looks = 0;

  private constructor(bus: AmqpBus, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = signal;
  }

  /** Starts them; the Bee is approved before. */
  static async start(options: {
    readonly honeycombs: number;
    readonly broker: string;
    readonly store: string;
    /** What honeycombs keep on their disk is in it. */
    readonly folder: string;
    readonly signal: AbortSignal;
  }): Promise<ScaleSite> {
    const { broker: url, store, folder, honeycombs, signal } = options;
    const log = createSilentLogger();
    const bus = await connectBus({ url, name: 'bench', declareTopology: true, log });
    const site = new ScaleSite(bus, signal);
    await site.#approve(store);
    for (const statusPort of await freePorts(honeycombs)) {
      // Merging comes when it comes: it would be in some turns of some sites.
      const argv = [
        '--broker',
        url,
        '--store',
        store,
        '--data',
        folder,
        '--log-level',
        'warn',
        '--merge',
        'next-day',
      ];
      const child = fork(
        join(projectRoot, 'scripts/apiary.ts'),
        ['hive', 'honeycomb', ...argv, '--status-port', String(statusPort)],
        {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
          execArgv: [...NODE_FLAGS, ...HONEYCOMB_FLAGS],
        },
      );
      site.#members.push({ child, statusPort });
      await once(child, 'message');
    }
    return site;
  }

  get members(): readonly MemberFigures[] {
    return this.#figures;
  }

  get looks(): number {
    return this.#looks;
  }

  cpuSeconds(): number {
    return this.#members.reduce((sum, { child }) => sum + cpuSeconds(child.pid ?? 0), 0);
  }

  async ingest(messages: Iterable<AppendMessage>): Promise<readonly MemberFigures[]> {
    const unconfirmed = new Set<Promise<void>>();
    for (const message of messages) {
      this.#signal.throwIfAborted();
      while (unconfirmed.size >= UNCONFIRMED_MAX) await Promise.race(unconfirmed);
      const confirmed = this.#publish(message).finally(() => unconfirmed.delete(confirmed));
      unconfirmed.add(confirmed);
    }
    await Promise.all(unconfirmed);
    this.#figures = await this.#settled();
    return this.#figures;
  }

  async look(): Promise<readonly MemberFigures[]> {
    this.#looks++;
    return await Promise.all(this.#members.map(figuresOf));
  }

  /** Asks any of them. */
  async ask(query: string, more: Question): Promise<number> {
    const { limit, buckets, from } = more;
    const request = { query, limit, from, ...(buckets && { histogram: { buckets } }) };
    for await (const part of this.#search(request)) {
      if (part.type !== 'done') continue;
      if (part.missing.length > 0) throw new Error(`${query}: ${part.missing.join('; ')}`);
      return part.total;
    }
    throw new Error(`${query}: the answer ended early`);
  }

  /** When the newest records begin, of a share of the time that all of them span. */
  async timeOf(share: number): Promise<number> {
    const ends: number[] = [];
    for (const order of ['oldest', 'newest'] as const) {
      for await (const part of this.#search({ query: '', limit: 1, order })) {
        if (part.type === 'records') ends.push(...part.records.map(({ time }) => time));
      }
    }
    const [oldest, newest] = ends;
    if (oldest === undefined || newest === undefined) throw new Error('there is no record');
    return newest - (newest - oldest) * share;
  }

  async stop(): Promise<void> {
    await this.#bus.close();
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }),
    );
  }

  #search(request: z.input<typeof searchRequestSchema>) {
    const options = { actor, deadlineMs: ASK_MS_MAX };
    return streamAction(this.#bus, honeycombActions.search, request, options);
  }

  async #publish({ encoded, message }: AppendMessage): Promise<void> {
    const { agent } = this.#keys;
    const headers = { version: 1 as const, agent, host: message.host, zone: 0 };
    const signed = signData({ ...headers, sequence: ++this.#sent }, encoded, this.#keys.privateKey);
    await this.#bus.publish({
      exchange: EXCHANGE.blocks,
      routingKey: BLOCKS_KEY,
      type: 'data',
      headers: { ...signed },
      body: encoded,
    });
  }

  async #settled(): Promise<readonly MemberFigures[]> {
    const untilMs = performance.now() + DEADLINE_MS;
    let still = 0;
    let before = -1;
    for (;;) {
      const figures = await this.look();
      const sealed = figures.reduce((sum, { sealedChunks }) => sum + sealedChunks, 0);
      const messages = figures.reduce((sum, each) => sum + each.messages, 0);
      still = messages >= this.#sent && sealed === before ? still + 1 : 0;
      if (still >= STILL_LOOKS) return figures;
      if (performance.now() > untilMs) {
        throw new Error(`${messages} of ${this.#sent} messages are committed after 10 minutes`);
      }
      before = sealed;
      await sleep(LOOK_MS, undefined, { signal: this.#signal });
    }
  }

  async #approve(store: string): Promise<void> {
    const documents = await openDocuments(store);
    const agents = await documents.collection(agentsDefinition);
    await agents.put({
      id: this.#keys.agent,
      name: 'bench',
      fingerprint: fingerprintOf(this.#keys.agent),
      publicKey: this.#keys.publicKey.toString('base64'),
      approval: 'approved',
      facts: {
        ...{ hostName: 'bench', machineId: '', addresses: [], system: 'bench' },
        ...{ architecture: 'bench', version: '0', zoneOffsetMinutes: 0 },
      },
      tags: [],
      firstSeenMs: Date.now(),
    });
    await documents.close();
  }
}

/** From the process's own Prometheus figures. */
async function figuresOf({ statusPort }: Member): Promise<MemberFigures> {
  const text = await (await fetch(`http://127.0.0.1:${statusPort}/metrics`)).text();
  const figure = (name: string) =>
    Number(new RegExp(`^apiary_honeycomb_${name}_total (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { messages: figure('messages'), sealedChunks: figure('sealed_chunks') };
}
