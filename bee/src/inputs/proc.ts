/** Reads the texts of /proc that metrics are made of: pure, formats as in proc(5). */

/** Ticks of the whole machine since its start. */
export interface CpuTicks {
  readonly cores: number;
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly steal: number;
  readonly total: number;
}

/** /proc/stat. */
export function cpuOf(text: string): CpuTicks {
  const line = /^cpu +(.*)$/m.exec(text)?.[1] ?? '';
  const ticks = line.split(/ +/).map(Number);
  const at = (index: number) => ticks[index] ?? 0;
  return {
    cores: text.match(/^cpu\d+ /gm)?.length ?? 0,
    user: at(0) + at(1),
    system: at(2) + at(5) + at(6),
    idle: at(3),
    iowait: at(4),
    steal: at(7),
    // Guests' time is counted in user's already.
    total: ticks.slice(0, 8).reduce((sum, each) => sum + each, 0),
  };
}

/** One disk's counters since its start. */
export interface DiskCounters {
  readonly reads: number;
  readonly readSectors: number;
  readonly writes: number;
  readonly writtenSectors: number;
  readonly busyMs: number;
}

/** /proc/diskstats: whole disks that were ever used, by name. */
export function disksOf(text: string): Map<string, DiskCounters> {
  const disks = new Map<string, DiskCounters>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/);
    const name = fields[2] ?? '';
    if (!/^(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+|dm-\d+)$/.test(name)) continue;
    const at = (index: number) => Number(fields[index] ?? 0);
    const disk = {
      reads: at(3),
      readSectors: at(5),
      writes: at(7),
      writtenSectors: at(9),
      busyMs: at(12),
    };
    if (disk.reads + disk.writes > 0) disks.set(name, disk);
  }
  return disks;
}

/** One interface's counters since its start. */
export interface NetworkCounters {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly errors: number;
  readonly drops: number;
}

/** /proc/net/dev without loopback, by name. */
export function networkOf(text: string): Map<string, NetworkCounters> {
  const interfaces = new Map<string, NetworkCounters>();
  for (const [, name = '', rest = ''] of text.matchAll(/^ *([^:\s]+): *(.*)$/gm)) {
    if (name === 'lo') continue;
    const counts = rest.trim().split(/ +/).map(Number);
    const at = (index: number) => counts[index] ?? 0;
    interfaces.set(name, {
      receivedBytes: at(0),
      sentBytes: at(8),
      errors: at(2) + at(10),
      drops: at(3) + at(11),
    });
  }
  return interfaces;
}

/** /proc/meminfo in bytes. */
export function memoryOf(text: string): Record<string, number> {
  const bytes = (name: string) =>
    1024 * Number(new RegExp(`^${name}: *(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const total = bytes('MemTotal');
  const available = bytes('MemAvailable');
  return {
    total_bytes: total,
    available_bytes: available,
    used_percent: Math.round((10_000 * (total - available)) / Math.max(1, total)) / 100,
    swap_total_bytes: bytes('SwapTotal'),
    swap_used_bytes: bytes('SwapTotal') - bytes('SwapFree'),
  };
}

/** /proc/loadavg. */
export function loadOf(text: string): Record<string, number> {
  const [load1, load5, load15, tasks] = text.split(' ');
  const [running, processes] = (tasks ?? '').split('/');
  return {
    load1: Number(load1 ?? 0),
    load5: Number(load5 ?? 0),
    load15: Number(load15 ?? 0),
    running: Number(running ?? 0),
    processes: Number(processes ?? 0),
  };
}

/** /proc/mounts: file systems on disks, each device once. */
export function mountsOf(text: string): { device: string; path: string }[] {
  const mounts = new Map<string, { device: string; path: string }>();
  for (const line of text.split('\n')) {
    const [device = '', path = '', type = ''] = line.split(' ');
    const isDisk = device.startsWith('/dev/') || type === 'overlay' || type === 'zfs';
    // Names hold no white space: it is written as \040.
    const name = path.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (isDisk && type !== 'squashfs' && !mounts.has(device))
      mounts.set(device, { device, path: name });
  }
  return [...mounts.values()];
}
