/** A honeycomb and an agentmanager for tests: typed by the same tables, driven by the test. */
import type { Bus, Subscription } from '@apiary/common/bus/bus.ts';
import { AppError } from '@apiary/common/errors.ts';
import { type ActionHandlers, serveActions } from '@apiary/common/messages/actions/action.ts';
import { agentManagerActions } from '@apiary/common/messages/actions/agentmanager.ts';
import { agentMonitorActions } from '@apiary/common/messages/actions/agentmonitor.ts';
import {
  honeycombActions,
  type SearchPart,
  type SearchRequest,
} from '@apiary/common/messages/actions/honeycomb.ts';
import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { Folder, Suggestion } from '@apiary/common/messages/host-view.ts';
import type { LedgerLine, LedgerProblem } from '@apiary/common/messages/ledger.ts';
import type { AgentTraffic } from '@apiary/common/messages/traffic.ts';
import type { LogRecord } from '@apiary/common/record.ts';
import { fakeImports, fakeStore } from './fake-store.ts';

/** A record with some text. */
export function makeRecord(offset: number, over: Partial<LogRecord> = {}): LogRecord {
  return {
    id: `0123456789abcdef:${offset}`,
    time: 1_750_000_000_000 + offset,
    observed: 1_750_000_000_000 + offset,
    host: 'web-1',
    agent: 'a'.repeat(32),
    target: 't1',
    file: '/var/log/app.log',
    tags: ['prod'],
    level: 'error',
    body: `line ${offset}`,
    ...over,
  };
}

/** An agent with a given id's first digit. */
export function makeAgent(digit: string, over: Partial<AgentView> = {}): AgentView {
  return {
    id: digit.repeat(32),
    name: `web-${digit}`,
    fingerprint: `${digit}${digit}:${digit}${digit}`,
    publicKey: 'A'.repeat(44),
    approval: 'approved',
    facts: {
      hostName: `web-${digit}`,
      machineId: '',
      addresses: [],
      system: 'Linux',
      architecture: 'x64',
      version: '0.1.0',
      zoneOffsetMinutes: 0,
    },
    tags: [],
    firstSeenMs: 1,
    life: 'alive',
    targets: 0,
    failedTargets: 0,
    ...over,
  };
}

/** A target of {@link makeAgent}'s agent. */
export function makeTarget(id: string, digit: string, over: Partial<Target> = {}): Target {
  return {
    id,
    url: 'file:///var/log/app.log',
    tags: [],
    history: false,
    agent: digit.repeat(32),
    createdMs: 1,
    createdBy: 'test',
    status: { state: 'active' },
    ...over,
  };
}

/** A line of a ledger: all that was seen is stored. */
export function makeLedgerLine(over: Partial<LedgerLine> = {}): LedgerLine {
  return {
    generation: '00000000000000aa',
    target: 't1',
    file: '/var/log/app.log',
    from: 0,
    seen: 100,
    read: 100,
    confirmed: 100,
    skipped: 0,
    lost: 0,
    quietTo: 0,
    ended: false,
    stored: 100,
    reached: 100,
    lag: 0,
    missing: 0,
    state: 'current',
    sinceMs: 1,
    ...over,
  };
}

function makeLedger(entries: readonly LedgerLine[]) {
  const sum = (figure: (line: LedgerLine) => number) =>
    entries.reduce((total, line) => total + figure(line), 0);
  return {
    atMs: 1,
    complete: true,
    totals: {
      generations: entries.length,
      seen: sum(({ seen }) => seen),
      read: sum(({ read }) => read),
      confirmed: sum(({ confirmed }) => confirmed),
      stored: sum(({ stored }) => stored),
      lag: sum(({ lag }) => lag),
      lost: sum(({ lost }) => lost),
      missing: sum(({ missing }) => missing),
    },
    entries: [...entries],
    omitted: 0,
  };
}

/** What the test sees and steers. */
export class FakeHive {
  readonly #bus: Bus;
  readonly #subscriptions: Subscription[] = [];
  readonly standing = new Map<string, string>();
  readonly searches: SearchRequest[] = [];
  /** Searches whose handler was told that nobody listens any more. */
  cancelled = 0;
  agents: AgentView[] = [makeAgent('a')];
  targets: Target[] = [makeTarget('t1', 'a')];
  suggestions: Suggestion[] = [];
  /** What a folder holds. */
  folder: (match: string) => Pick<Folder, 'open' | 'entries' | 'omitted'> = () => ({
    open: true,
    entries: [],
    omitted: 0,
  });
  ledgerLines: LedgerLine[] = [];
  ledgerProblems: LedgerProblem[] = [];
  missedRecords: LogRecord[] = [];
  traffic: AgentTraffic[] = [];
  #sequence = 0;
  /** What a search answers. */
  search: (request: SearchRequest, signal: AbortSignal) => AsyncIterable<SearchPart> = answerTwo;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async start(): Promise<void> {
    this.#subscriptions.push(
      await serveActions(
        this.#bus,
        { component: 'honeycomb', instance: 'h1' },
        honeycombActions,
        this.#honeycomb(),
      ),
      await serveActions(
        this.#bus,
        { component: 'agentmanager' },
        agentManagerActions,
        this.#agentManager(),
      ),
      await serveActions(
        this.#bus,
        { component: 'agentmonitor' },
        agentMonitorActions,
        this.#agentMonitor(),
      ),
    );
  }

  async stop(): Promise<void> {
    for (const subscription of this.#subscriptions.splice(0)) await subscription.cancel();
  }

  /** Commits records that match every standing query; `lost` commits before it never arrive. */
  commit(records: readonly LogRecord[], lost = 0): void {
    const previous = this.#sequence + lost;
    this.#sequence = previous + 1;
    for (const query of this.standing.keys()) {
      const message = {
        type: 'matches',
        query,
        instance: 'h1',
        epoch: 1,
        previous,
        sequence: this.#sequence,
        records,
        omitted: 0,
      };
      this.#bus.live.publish(query, Buffer.from(JSON.stringify(message)));
    }
  }

  #honeycomb(): ActionHandlers<typeof honeycombActions> {
    const hive = this;
    return {
      ...fakeStore(),
      ...fakeImports(),
      search: async function* (body, { signal }) {
        hive.searches.push(body);
        if (body.query.includes('((')) {
          throw new AppError('query-syntax', 'A bracket is not closed.', {
            details: { position: body.query.indexOf('((') },
          });
        }
        const onAbort = () => {
          hive.cancelled += 1;
        };
        signal.addEventListener('abort', onAbort, { once: true });
        yield* hive.search(body, signal);
        signal.removeEventListener('abort', onAbort);
      },
      fields: () => hive.#part({ type: 'fields' as const, fields: [], omitted: 0 }),
      series: () => hive.#part({ type: 'series' as const, from: 0, step: 1, series: [] }),
      patterns: () => {
        const span = { from: 0, step: 1 };
        const rest = { patterns: [], omitted: 0, omittedLines: 0 };
        return hive.#part({ type: 'patterns' as const, ...span, ...rest });
      },
      context: async () => ({ records: [makeRecord(1)], index: 0, missing: [] }),
      stand: async ({ id, query }) => {
        if (query.includes('((')) throw new AppError('query-syntax', 'A bracket is not closed.');
        await hive.#bus.live.open(id);
        hive.standing.set(id, query);
        const told = { instance: 'h1', epoch: 1, committed: hive.#sequence, atMs: 0 };
        const position = { ...told, sequences: [hive.#sequence], isOver: false };
        return { positions: [position], newest: 0, pending: [], isComplete: true };
      },
      standHere: async () => {
        throw new AppError('not-supported', 'There is one honeycomb.');
      },
      unstandHere: async () => ({ existed: false }),
      standGroup: async () => {
        throw new AppError('not-supported', 'Queen has no groups of queries.');
      },
      unstand: async ({ id }) => ({ existed: hive.standing.delete(id) }),
      missed: async function* () {
        yield { records: hive.missedRecords, sequence: hive.#sequence };
      },
      cover: async () => ({ segments: [] }),
      sealLines: async () => ({ segments: [] }),
      part: async function* () {
        yield { type: 'end', total: 0, hosts: [], hasMore: false, missing: [] };
      },
      rows: async function* () {
        yield { type: 'end', missing: [] };
      },
      holdings: async () => ({ holdings: [] }),
      distrust: async () => ({ instance: 'h1' }),
      stats: async () => ({
        records: 1,
        rawBytes: 2,
        storedBytes: 3,
        chunks: 4,
        openRecords: 5,
        linesPerSecond: 6,
        bytesPerSecond: 7,
        deadLettered: 8,
        duplicateBytes: 9,
      }),
    };
  }

  async *#part<P>(part: P) {
    const progress = { total: 2, read: 2 };
    yield { ...part, ...progress };
    yield { type: 'done' as const, ...progress, sampled: false, elapsedMs: 1, missing: [] };
  }

  #agentMonitor(): ActionHandlers<typeof agentMonitorActions> {
    return {
      listLiveness: async () => ({ liveness: [] }),
      traffic: async () => ({ traffic: this.traffic }),
      ledger: async ({ agent: word }) => {
        const [agent] = this.#named([word]);
        if (!agent) throw new AppError('not-found', `There is no agent ${word}.`);
        const { id, name } = agent;
        return { ...makeLedger(this.ledgerLines), agent: id, name, problems: this.ledgerProblems };
      },
    };
  }

  #agentManager(): ActionHandlers<typeof agentManagerActions> {
    return {
      listAgents: async () => ({ agents: this.agents }),
      approve: async ({ agents }) => ({ agents: this.#named(agents) }),
      revoke: async ({ agents }) => ({ agents: this.#named(agents) }),
      release: async () => ({}),
      greet: async () => ({}),
      listTargets: async ({ agents }) => ({
        targets: this.targets
          .map((target) => ({ ...target, name: `web-${target.agent.slice(0, 1)}` }))
          .filter(({ name }) => agents === 'all' || agents.includes(name)),
      }),
      addTargets: async ({ agents, urls }) => ({
        results: (agents === 'all' ? ['web-a'] : agents).flatMap((name) =>
          urls.map((url) => {
            const ok = !url.includes('forbidden');
            const state = ok ? ('active' as const) : ('failed' as const);
            return { agent: 'a'.repeat(32), name, url, ok, state, ...(!ok && { reason: 'no' }) };
          }),
        ),
      }),
      listFolder: async ({ agent, path, match }) => {
        this.#named([agent]);
        return { kind: 'folder', path, roots: ['/var/log'], ...this.folder(match) };
      },
      readFileEnd: async ({ agent, path }) => {
        this.#named([agent]);
        return {
          kind: 'file-end',
          path,
          bytes: 9,
          modifiedMs: 1,
          from: 0,
          text: 'one\ntwo\n\u001b',
        };
      },
      suggest: async ({ agent }) => {
        this.#named([agent]);
        return { kind: 'suggestions', suggestions: this.suggestions, containers: [] };
      },
      listLetters: async () => ({ letters: [], waiting: 0 }),
      decideLetters: async ({ ids }) => ({
        results: ids.map((id) => ({ id, done: 1 })),
        waiting: 0,
      }),
      removeTargets: async ({ targets }) => ({
        results: targets.map((target) => ({
          agent: 'a'.repeat(32),
          name: 'web-a',
          url: 'file:///x',
          target,
          ok: true,
          state: 'removed' as const,
        })),
      }),
    };
  }

  #named(names: readonly string[]): AgentView[] {
    const found = this.agents.filter(({ id, name }) => names.includes(id) || names.includes(name));
    if (found.length < names.length) {
      throw new AppError('not-found', `There is no agent ${names.join(', ')}.`);
    }
    return found;
  }
}

async function* answerTwo(): AsyncGenerator<SearchPart> {
  yield { type: 'records', records: [makeRecord(2), makeRecord(1)] };
  yield { type: 'counts', total: 2, hosts: 1 };
  yield { type: 'done', total: 2, elapsedMs: 3, missing: [] };
}
