/**
 * A Bee under what happens to log files, in any order: writes, rotations by hand and by Debian's logrotate,
 * truncation, deletion, pauses, kills, a broker that goes away or is slow to confirm. What no program could know of
 * (bytes that went while nobody could read them) does not happen here: files are emptied, copied or
 * deleted once all of them is stored.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryBus } from '@apiary/common/testing/memory-bus.ts';
import fc from 'fast-check';
import { fileClockTicks } from './file-clock.ts';
import { type Comparison, HoneycombStore } from './honeycomb-store.ts';
import { LogWriter } from './log-writer.ts';
import { Rig } from './rig.ts';

/** Rotated files that are kept: more than a scenario rotates. */
const KEPT = 60;
/** Of the Bee's own time and of the machine's: longer than any wait that is allowed, and than a slow disk takes. */
const SETTLE_MS_MAX = 60_000;
const STEP_MS = 200;
/** Scenarios between two lines of progress. */
const REPORT_EVERY = 50;

/** Who rotates, and what becomes of rotated files; one way for a log, as their names depend on it. */
const ARCHIVES = {
  'by-hand': '',
  plain: 'nocompress',
  compressed: 'compress',
  'compressed-later': 'compress;delaycompress',
} as const;

/** What may happen. */
export type Step =
  | { readonly kind: 'write' | 'write-late'; readonly lines: number }
  | { readonly kind: 'write-partly' | 'truncate' | 'delete' }
  | { readonly kind: 'pause' | 'broker-away' | 'confirms-late'; readonly ms: number }
  | { readonly kind: 'gzip' | 'kill' | 'restart' | 'stop' | 'start' }
  | { readonly kind: 'rotate'; readonly how: 'create' | 'nocreate' | 'copytruncate' };

/** What is watched, and what happens to it. */
export interface Scenario {
  /** The target names the log alone, or its rotated and gzipped forms too. */
  readonly glob: 'app.log' | 'app.log*';
  readonly archives: keyof typeof ARCHIVES;
  readonly steps: readonly Step[];
}

const anyLines = fc.integer({ min: 1, max: 60 });
const anyMs = fc.integer({ min: 50, max: 1_500 });
const withLines = (kind: 'write' | 'write-late') =>
  anyLines.map((lines): Step => ({ kind, lines }));
const withMs = (kind: 'pause' | 'broker-away' | 'confirms-late') =>
  anyMs.map((ms): Step => ({ kind, ms }));
const anyRotation = fc
  .constantFrom('create', 'nocreate', 'copytruncate')
  .map((how): Step => ({ kind: 'rotate', how }));
const anyPlain = fc
  .constantFrom(
    ...(['gzip', 'truncate', 'delete', 'write-partly'] as const),
    ...(['kill', 'kill', 'restart', 'stop', 'start'] as const),
  )
  .map((kind): Step => ({ kind }));

/** Any scenario of so many steps; those that make no sense at a moment do nothing then. */
function anyScenario(stepsMax: number): fc.Arbitrary<Scenario> {
  const step = fc.oneof(
    { weight: 6, arbitrary: withLines('write') },
    { weight: 1, arbitrary: withLines('write-late') },
    { weight: 3, arbitrary: withMs('pause') },
    { weight: 1, arbitrary: withMs('broker-away') },
    { weight: 1, arbitrary: withMs('confirms-late') },
    { weight: 5, arbitrary: anyRotation },
    { weight: 5, arbitrary: anyPlain },
  );
  return fc.record({
    glob: fc.constantFrom('app.log', 'app.log*'),
    archives: fc.constantFrom('by-hand', 'plain', 'compressed', 'compressed-later'),
    steps: fc.array(step, { minLength: 3, maxLength: stepsMax }),
  });
}

/** Which scenarios are played. */
export interface PlayOptions {
  /** The same seed gives the same scenarios. */
  readonly seed: number;
  readonly scenarios: number;
  readonly stepsMax: number;
  readonly report?: (line: string) => void;
  /** Ends it between two scenarios. */
  readonly signal?: AbortSignal;
}

/** A scenario that went wrong. */
export interface Failure {
  /** Its place among those of the seed. */
  readonly number: number;
  readonly scenario: Scenario;
  readonly comparison: Comparison;
}

/** Plays scenarios one after the other, each in a world of its own, and gives those that lost or doubled lines. */
export async function playMany(
  options: PlayOptions,
): Promise<{ readonly played: number; readonly failures: readonly Failure[] }> {
  const { seed, scenarios, stepsMax, report, signal } = options;
  const failures: Failure[] = [];
  let played = 0;
  for (const scenario of fc.sample(anyScenario(stepsMax), { seed, numRuns: scenarios })) {
    if (signal?.aborted) break;
    const comparison = await play(scenario);
    played++;
    const { lost, doubled, broken } = comparison;
    if (lost.length + doubled.length + broken.length > 0) {
      failures.push({ number: played, scenario, comparison });
      report?.(`scenario ${played} of seed ${seed}: ${JSON.stringify({ scenario, comparison })}`);
    }
    if (played % REPORT_EVERY === 0) report?.(`${played} scenarios, ${failures.length} failed`);
  }
  return { played, failures };
}

/** Does all steps, lets the Bee come to rest, and says what honeycomb makes of it. */
export async function play(scenario: Scenario): Promise<Comparison> {
  const world = await World.open(scenario);
  try {
    for (const step of scenario.steps) await world.play(step);
    return await world.outcome();
  } finally {
    await world.close();
  }
}

class World {
  readonly #rig: Rig;
  readonly #store: HoneycombStore;
  readonly #log: LogWriter;
  readonly #archives: Scenario['archives'];
  #isUp = false;
  #unfinished = '';
  #late: (() => void)[] = [];

  private constructor(rig: Rig, store: HoneycombStore, archives: Scenario['archives']) {
    this.#archives = archives;
    this.#rig = rig;
    this.#store = store;
    this.#log = new LogWriter(join(rig.logs, 'app.log'));
  }

  static async open({ glob, archives }: Scenario): Promise<World> {
    const rig = new Rig();
    const store = await new HoneycombStore(new MemoryBus(rig.broker)).start();
    rig.hive.onHandshake = (handshake) => store.approve(handshake);
    await rig.hive.open({ blocks: false });
    const world = new World(rig, store, archives);
    await world.#start();
    await rig.watch([`file://${rig.logs}/${glob}`], { history: true });
    return world;
  }

  async play(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write':
        return this.#write(step.lines);
      case 'write-partly':
        return this.#writePartly();
      case 'write-late':
        return await this.#writeLate(step.lines);
      case 'pause':
        this.#release();
        return await this.#rig.advance(step.ms);
      case 'broker-away':
      case 'confirms-late':
        return await this.#disturbed(step.kind, step.ms);
      case 'rotate':
        return await this.#rotate(step.how);
      case 'gzip':
        if (this.#archives === 'by-hand') this.#log.gzip(KEPT);
        return;
      case 'truncate':
      case 'delete':
        return await this.#empty(step.kind);
      case 'kill':
        if (this.#isUp) this.#rig.crash();
        this.#isUp = false;
        return await this.#start();
      case 'restart':
        await this.#stop();
        return await this.#start();
      case 'stop':
        return await this.#stop();
      case 'start':
        return await this.#start();
    }
  }

  async outcome(): Promise<Comparison> {
    this.#finishLine();
    await this.#settle();
    return await this.#store.compare(this.#log.written);
  }

  async close(): Promise<void> {
    await this.#rig.close();
    await this.#store.stop();
  }

  async #start(): Promise<void> {
    if (!this.#isUp) await this.#rig.start();
    this.#isUp = true;
  }

  /** Whatever confirms are late come now. */
  #release(): void {
    for (const release of this.#late.splice(0)) release();
  }

  async #stop(): Promise<void> {
    if (this.#isUp) await this.#rig.stop();
    this.#isUp = false;
  }

  #write(lines: number): void {
    this.#finishLine();
    this.#log.lines(lines);
  }

  /** The first half of a line; the other half comes with whatever is written next. */
  #writePartly(): void {
    this.#finishLine();
    const line = this.#log.next();
    this.#log.raw(line.slice(0, 12));
    this.#unfinished = `${line.slice(12)}\n`;
  }

  #finishLine(): void {
    if (this.#unfinished !== '') this.#log.raw(this.#unfinished);
    this.#unfinished = '';
  }

  /** A daemon that has not noticed the rotation yet. */
  async #writeLate(lines: number): Promise<void> {
    // What is packed at once takes late writes with it.
    if (this.#archives === 'compressed') return this.#write(lines);
    this.#finishLine();
    const fd = this.#log.open();
    await this.#rotate('nocreate');
    this.#log.lines(lines, fd);
    this.#log.close(fd);
  }

  /** Within one tick of the file system's clock nothing that happens to a file has an order. */
  #tick(): void {
    fileClockTicks(this.#rig.folder);
  }

  async #disturbed(how: 'broker-away' | 'confirms-late', ms: number): Promise<void> {
    if (!this.#isUp) return;
    const { bus } = this.#rig;
    if (how === 'broker-away') bus.cut();
    else bus.hold();
    this.#write(5);
    await this.#rig.advance(ms);
    if (how === 'broker-away') bus.restore();
    // One that comes late may come after a kill, which is never.
    else this.#late.push(() => bus.release());
  }

  async #rotate(how: 'create' | 'nocreate' | 'copytruncate'): Promise<void> {
    this.#finishLine();
    if (!existsSync(this.#log.path)) return;
    this.#tick();
    // A copy of what nobody has read yet cannot be told from a new file that begins alike.
    if (how === 'copytruncate') await this.#settle();
    if (this.#archives !== 'by-hand') this.#logrotate(`${how};${ARCHIVES[this.#archives]}`);
    else if (how === 'copytruncate') this.#log.shiftCopyTruncate(KEPT);
    else this.#log.rename(KEPT);
    if (how === 'create') this.#log.touch();
  }

  #logrotate(words: string): void {
    const folder = join(this.#rig.folder, 'logrotate');
    mkdirSync(folder, { recursive: true });
    const config = join(folder, 'config');
    const lines = `rotate ${KEPT};${words}`.replaceAll(';', '\n');
    writeFileSync(config, `${this.#log.path} {\n${lines}\n}\n`);
    const argv = ['--force', '--state', join(folder, 'state'), config];
    const done = spawnSync('/usr/sbin/logrotate', argv, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`logrotate: ${done.stderr}`);
  }

  async #empty(how: 'truncate' | 'delete'): Promise<void> {
    const { path } = this.#log;
    this.#finishLine();
    if (!existsSync(path)) return;
    await this.#settle();
    if (how === 'truncate') truncateSync(path);
    else rmSync(path);
  }

  /** Until every line that was written is stored, and a little longer for what should not be. */
  async #settle(): Promise<void> {
    this.#release();
    await this.#start();
    const untilMs = performance.now() + SETTLE_MS_MAX;
    for (let waited = 0; waited < SETTLE_MS_MAX || performance.now() < untilMs; waited += STEP_MS) {
      const { lost } = await this.#store.compare(this.#log.written);
      if (lost.length === 0) break;
      await this.#rig.advance(STEP_MS);
    }
    await this.#rig.advance(1_000);
    // A copy is known by the marks of what it was made of, after a kill by those on disk.
    await this.#rig.checkpointed();
  }
}
