/** A real honeycomb behind a Bee under test, and what it holds: the oracle asks the store, not the wire. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor, Bus } from '@apiary/common/bus/bus.ts';
import { systemClock } from '@apiary/common/clock.ts';
import type { Component } from '@apiary/common/component.ts';
import { AGENTS } from '@apiary/common/documents/collections.ts';
import type { Documents } from '@apiary/common/documents/documents.ts';
import { openDocuments } from '@apiary/common/documents/open.ts';
import { createSilentLogger } from '@apiary/common/log.ts';
import { streamAction } from '@apiary/common/messages/actions/action.ts';
import { honeycombActions } from '@apiary/common/messages/actions/honeycomb.ts';
import type { Handshake } from '@apiary/common/messages/control.ts';
import { fingerprintOf } from '@apiary/common/messages/signature.ts';
import { Metrics } from '@apiary/common/metrics.ts';
import { createHoneycomb } from '@apiary/hive/honeycomb/index.ts';

const PAGE = 1_000;
const actor: Actor = { kind: 'component', id: 'oracle', name: 'oracle', role: 'system' };

/** What is wrong with what is stored. */
export interface Comparison {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly broken: readonly string[];
}

/** See the file's head. */
export class HoneycombStore {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bee-honeycomb-'));
  readonly #bus: Bus;
  #documents: Documents | undefined;
  #component: Component | undefined;

  /** @param bus a connection that it may keep to itself */
  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async start(): Promise<this> {
    const store = `sqlite:${this.#folder}`;
    this.#documents = await openDocuments(store);
    this.#component = createHoneycomb({
      bus: this.#bus,
      documents: this.#documents,
      log: createSilentLogger(),
      clock: systemClock,
      metrics: new Metrics(),
      instance: 'oracle',
      store,
    });
    await this.#component.start();
    return this;
  }

  /** Takes who has greeted for an approved agent. */
  async approve({ agent, publicKey, facts }: Handshake): Promise<void> {
    const agents = await this.#documents?.collection(AGENTS);
    await agents?.put({
      id: agent,
      name: facts.hostName,
      fingerprint: fingerprintOf(agent),
      publicKey,
      approval: 'approved',
      facts,
      tags: [],
      firstSeenMs: 0,
    });
  }

  /** The bodies of all records. */
  async lines(): Promise<string[]> {
    const lines: string[] = [];
    let cursor: string | undefined;
    do {
      let next: string | undefined;
      for await (const part of this.#search(PAGE, cursor)) {
        if (part.type === 'records') for (const { body } of part.records) lines.push(body);
        if (part.type === 'done' && part.missing.length > 0) throw new Error(part.missing.join());
        if (part.type === 'done') next = part.next;
      }
      cursor = next;
    } while (cursor !== undefined);
    return lines;
  }

  /** What is missing, stored twice, or was never written. */
  async compare(written: readonly string[]): Promise<Comparison> {
    const counts = new Map<string, number>();
    for (const line of await this.lines()) counts.set(line, (counts.get(line) ?? 0) + 1);
    const expected = new Set(written);
    return {
      lost: written.filter((line) => !counts.has(line)),
      doubled: written.filter((line) => (counts.get(line) ?? 0) > 1),
      broken: [...counts.keys()].filter((line) => !expected.has(line)),
    };
  }

  async stop(): Promise<void> {
    await this.#component?.stop();
    await this.#bus.close();
    await this.#documents?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #search(limit: number, cursor?: string) {
    const request = { query: '*', limit, ...(cursor === undefined ? {} : { cursor }) };
    return streamAction(this.#bus, honeycombActions.search, request, { actor });
  }
}
