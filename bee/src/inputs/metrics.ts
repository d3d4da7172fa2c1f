/**
 * `metrics:` targets: the machine's own figures from /proc, one JSON line for each subject and interval.
 * `metrics:?interval=60` sets the seconds (default 15). Rates are per second over the interval.
 */
import { readFile, statfs } from 'node:fs/promises';
import { AppError } from '@apiary/common/errors.ts';
import { METRICS_DISKS_MAX, METRICS_INTERFACES_MAX } from '@apiary/common/limits.ts';
import { wordsOf } from '../system-error.ts';
import { cpuOf, disksOf, loadOf, memoryOf, mountsOf, networkOf } from './proc.ts';
import type { ProducerContext, StartProducer } from './spooled-input.ts';

const INTERVAL_SECONDS = 15;
const SECTOR_BYTES = 512;

type Fields = Readonly<Record<string, string | number>>;

/** Producer of `metrics:` targets. */
export const startMetrics: StartProducer = async (context) => {
  const intervalMs = intervalOf(context.spec.url) * 1000;
  const readings = new Readings();
  await readings.next(context.clock.now());
  let cancel: (() => void) | undefined;
  let working: Promise<void> = Promise.resolve();
  const next = (): void => {
    cancel = context.clock.after(intervalMs, () => {
      working = append(context, readings)
        .catch((error: unknown) => context.dropped(1, 0, wordsOf(error)))
        .then(() => {
          if (!context.signal.aborted) next();
        });
    });
  };
  next();
  return {
    async stop() {
      cancel?.();
      await working;
    },
  };
};

async function append(context: ProducerContext, readings: Readings): Promise<void> {
  const nowMs = context.clock.now();
  const time = new Date(nowMs).toISOString();
  const lines = await readings.next(nowMs);
  const records = lines.map((fields) => ({
    body: Buffer.from(JSON.stringify({ time, ...fields })),
    name: `metrics:${fields.metric}`,
  }));
  await context.spool.append(records);
}

function intervalOf(url: string): number {
  const options = new URLSearchParams(url.replace(/^metrics:\??/, ''));
  const seconds = Number(options.get('interval') ?? INTERVAL_SECONDS);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new AppError('target-invalid', 'metrics:?interval= is seconds, 1 to 86400');
}

interface Before {
  readonly atMs: number;
  readonly cpu: ReturnType<typeof cpuOf>;
  readonly disks: ReturnType<typeof disksOf>;
  readonly network: ReturnType<typeof networkOf>;
}

/** Readings in turn; rates are against the one before. */
class Readings {
  #before: Before | undefined;

  async next(nowMs: number): Promise<Fields[]> {
    const [stat, diskstats, dev, meminfo, loadavg, mounts] = await Promise.all(
      ['stat', 'diskstats', 'net/dev', 'meminfo', 'loadavg', 'mounts'].map(readProc),
    );
    const now: Before = {
      atMs: nowMs,
      cpu: cpuOf(stat ?? ''),
      disks: disksOf(diskstats ?? ''),
      network: networkOf(dev ?? ''),
    };
    const rates = this.#before ? ratesOf(this.#before, now) : [];
    this.#before = now;
    const memory = { metric: 'memory', ...memoryOf(meminfo ?? '') };
    const load = { metric: 'load', ...loadOf(loadavg ?? '') };
    return [...rates, memory, load, ...(await spaceOf(mounts ?? ''))];
  }
}

function ratesOf(before: Before, now: Before): Fields[] {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
  const total = Math.max(1, now.cpu.total - before.cpu.total);
  const percent = (field: 'user' | 'system' | 'idle' | 'iowait' | 'steal') =>
    rounded((100 * (now.cpu[field] - before.cpu[field])) / total);
  const cpu = {
    metric: 'cpu',
    cores: now.cpu.cores,
    used_percent: rounded(100 - percent('idle') - percent('iowait')),
    user_percent: percent('user'),
    system_percent: percent('system'),
    iowait_percent: percent('iowait'),
    steal_percent: percent('steal'),
  };
  const rate = (after: number, earlier: number) => rounded(Math.max(0, after - earlier) / seconds);
  const disks = [...now.disks].slice(0, METRICS_DISKS_MAX).map(([device, disk]) => {
    const last = before.disks.get(device) ?? disk;
    return {
      metric: 'disk',
      device,
      reads_per_second: rate(disk.reads, last.reads),
      writes_per_second: rate(disk.writes, last.writes),
      read_bytes_per_second: rate(disk.readSectors * SECTOR_BYTES, last.readSectors * SECTOR_BYTES),
      written_bytes_per_second: rate(
        disk.writtenSectors * SECTOR_BYTES,
        last.writtenSectors * SECTOR_BYTES,
      ),
      busy_percent: rounded(Math.min(100, rate(disk.busyMs, last.busyMs) / 10)),
    };
  });
  const interfaces = [...now.network].slice(0, METRICS_INTERFACES_MAX).map(([name, net]) => {
    const last = before.network.get(name) ?? net;
    return {
      metric: 'network',
      interface: name,
      received_bytes_per_second: rate(net.receivedBytes, last.receivedBytes),
      sent_bytes_per_second: rate(net.sentBytes, last.sentBytes),
      errors_per_second: rate(net.errors, last.errors),
      drops_per_second: rate(net.drops, last.drops),
    };
  });
  return [cpu, ...disks, ...interfaces];
}

async function spaceOf(mounts: string): Promise<Fields[]> {
  const lines: Fields[] = [];
  for (const { device, path } of mountsOf(mounts).slice(0, METRICS_DISKS_MAX)) {
    const stat = await statfs(path).catch(() => undefined);
    if (!stat || stat.blocks === 0) continue;
    const used = stat.blocks - stat.bfree;
    lines.push({
      metric: 'filesystem',
      device,
      path,
      total_bytes: stat.blocks * stat.bsize,
      available_bytes: stat.bavail * stat.bsize,
      used_percent: rounded((100 * used) / Math.max(1, used + stat.bavail)),
      inodes_used_percent: rounded((100 * (stat.files - stat.ffree)) / Math.max(1, stat.files)),
    });
  }
  return lines;
}

async function readProc(name: string): Promise<string> {
  return await readFile(`/proc/${name}`, 'utf8').catch(() => '');
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
