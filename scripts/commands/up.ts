/**
 * `./apiary up`: everything on this machine, on embedded defaults. This process starts the children, starts
 * again what ends, and ends all in order. It lives as long as the instance, so it stays small: what takes
 * libraries is done by `up-plan`, a process that ends once the instance is ready.
 */
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aborted, type CommandIo } from '../command.ts';
import { type FolderLock, lockFolder } from '../data-folder.ts';
import { Child, type ChildEvents, ChildFailed, NODE_FLAGS } from '../supervisor.ts';
import { Planner, PlannerEnded } from '../up/planner.ts';

const RENEWAL_MS = 12 * 3_600_000;

/** See the file's head. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const planner = new Planner(argv, io);
  let lock: FolderLock | undefined;
  try {
    const folder = await planner.folder();
    lock = lockFolder(folder);
    await runPlan(folder, planner, io);
    return 0;
  } catch (thrown) {
    if (thrown instanceof PlannerEnded) return thrown.code;
    if (!(thrown instanceof ChildFailed)) throw thrown;
    io.stderr.write(`apiary: ${thrown.message}\n`);
    return thrown.code === 2 ? 2 : 1;
  } finally {
    planner.stop();
    lock?.release();
  }
}

async function runPlan(folder: string, planner: Planner, io: CommandIo): Promise<void> {
  const children: Child[] = [];
  const events = childEvents(folder, io);
  const ended = aborted(io.signal).then(() => undefined);
  try {
    const { groups, renewal } = await planner.plan();
    for (const group of groups) {
      const started = group.map((spec) => new Child(spec, io.program, events));
      children.push(...started);
      await Promise.race([Promise.all(started.map((child) => child.start())), ended]);
      if (io.signal.aborted) return;
    }
    const facts = await Promise.race([planner.welcome(), ended]);
    if (facts) io.ready(facts);
    keepCertificate(renewal, io);
    await ended;
    io.stderr.write('\napiary: ending…\n');
  } finally {
    // Producers first, the broker last, so that what is under way arrives.
    for (const child of children.reverse()) await child.stop();
  }
}

/** Twice a day asks whether the certificate is due; the children take a new one up by themselves. */
function keepCertificate(renewal: readonly string[], io: CommandIo): void {
  if (renewal.length === 0) return;
  const timer = setInterval(() => {
    const argv = [...NODE_FLAGS, io.program, ...renewal];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.pipe(io.stderr, { end: false });
  }, RENEWAL_MS);
  io.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Keeps `run/processes.json` true, for whoever looks after the instance. */
function childEvents(folder: string, io: CommandIo): ChildEvents {
  const pids: Record<string, number> = {};
  const told = new Set<string>();
  return {
    onSpawn(child, pid) {
      pids[child.spec.name] = pid;
      const file = join(folder, 'run/processes.json');
      writeFileSync(`${file}.new`, `${JSON.stringify({ children: pids })}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    onEnd(child, how) {
      io.stderr.write(`apiary: ${child.spec.name} ended (${how}), starting it again\n`);
    },
    onUnreached(_, broker, reason) {
      // All children wait for the same one, and try it again and again.
      const words = `the broker at ${broker} does not answer: ${reason}; trying again`;
      if (!told.has(words)) io.stderr.write(`apiary: ${words}\n`);
      told.add(words);
    },
  };
}
