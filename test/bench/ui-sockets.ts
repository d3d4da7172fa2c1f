/** Many sockets that tail, and what they cost the process that serves them. */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { BenchRow } from './bench.ts';
import { atMost } from './bench.ts';

const SOCKETS = 50;
const LINES_PER_SECOND = 200;
const WRITES_PER_SECOND = 20;
/** Of `/proc/PID/stat`. */
const TICKS_PER_SECOND = 100;

/** What is tailed, and by whom. */
export interface SocketRun {
  readonly origin: string;
  readonly cookie: string;
  readonly file: string;
  readonly seconds: number;
  /** The process that serves Queen. */
  readonly processId: () => number;
  readonly signal: AbortSignal;
}

/** 50 sockets that tail the same 200 lines a second, each on its own standing query. */
export async function socketRows(run: SocketRun): Promise<readonly BenchRow[]> {
  const waits: number[] = [];
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, (_, number) => tailing(run, number, waits)),
  );
  try {
    const startedSeconds = cpuSeconds(run.processId());
    const startedMs = performance.now();
    const written = await write(run);
    const elapsed = (performance.now() - startedMs) / 1000;
    const cores = (cpuSeconds(run.processId()) - startedSeconds) / elapsed;
    const untilMs = performance.now() + 5_000;
    while (waits.length < written * SOCKETS && performance.now() < untilMs) await wait(50);
    const latest = waits.reduce((highest, one) => Math.max(highest, one), 0);
    return [
      atMost(
        "50 sockets × 200 lines/s: Queen's process",
        Math.round(cores * 100) / 100,
        1,
        'cores',
      ),
      atMost(
        '50 sockets × 200 lines/s: the latest line behind live',
        Math.round(latest),
        500,
        'ms',
      ),
      atMost(
        '50 sockets × 200 lines/s: lines that did not come',
        written * SOCKETS - waits.length,
        0,
        'lines',
      ),
    ];
  } finally {
    for (const socket of sockets) socket.close();
  }
}

async function tailing(run: SocketRun, number: number, waits: number[]): Promise<Socket> {
  const socket = io(run.origin, {
    transports: ['websocket'],
    extraHeaders: { cookie: run.cookie, origin: run.origin },
    forceNew: true,
  });
  socket.on('tail.records', ({ records }: { records: readonly { body: string }[] }) => {
    const now = Date.now();
    for (const { body } of records) waits.push(now - Number(/at=(\d+)/.exec(body)?.[1] ?? now));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const query = `socketbench NOT nobody${number}`;
  await socket.timeout(20_000).emitWithAck('tail.start', { id: 'bench', query });
  return socket;
}

async function write(run: SocketRun): Promise<number> {
  const each = LINES_PER_SECOND / WRITES_PER_SECOND;
  const startedMs = performance.now();
  let written = 0;
  for (let turn = 0; turn < run.seconds * WRITES_PER_SECOND && !run.signal.aborted; turn++) {
    const waitMs = (turn * 1000) / WRITES_PER_SECOND - (performance.now() - startedMs);
    if (waitMs > 0) await wait(waitMs);
    const now = Date.now();
    let text = '';
    for (let line = 0; line < each; line++) {
      text += `${new Date(now).toISOString()} INFO socketbench n=${written++} at=${now}\n`;
    }
    appendFileSync(run.file, text);
  }
  return written;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
