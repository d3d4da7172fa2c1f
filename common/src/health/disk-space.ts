/** How much room a folder's disk has, and whether it is time to stop writing to it. */
import { statfsSync } from 'node:fs';
import { DISK_LOOK_MS, DISK_RESERVE_BYTES_MAX, DISK_RESERVE_SHARE } from '../limits/health.ts';

/** A disk's figures, in bytes. */
export interface DiskFigures {
  /** What this user may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** What is kept free: bulk data is not written past it. */
  readonly reserveBytes: number;
}

/** Looks at a folder's disk, at most once in DISK_LOOK_MS. */
export class DiskSpace {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #figures: DiskFigures | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string, nowMs: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** The figures, or undefined where the system does not tell them. */
  figures(): DiskFigures | undefined {
    const now = this.#nowMs();
    if (now - this.#lookedMs < DISK_LOOK_MS) return this.#figures;
    this.#lookedMs = now;
    this.#figures = diskFigures(this.#folder);
    return this.#figures;
  }

  /** True when only the reserve is left. */
  get isLow(): boolean {
    const figures = this.figures();
    return figures !== undefined && figures.freeBytes < figures.reserveBytes;
  }
}

/** The disk of an embedded store (`sqlite:DIR`); a database server minds its own. */
export function diskOfStore(store: string): DiskSpace | undefined {
  return store.startsWith('sqlite:') ? new DiskSpace(store.slice('sqlite:'.length)) : undefined;
}

/** What to tell a person about a disk that has only its reserve left. */
export function diskIsLow({ freeBytes }: DiskFigures): string {
  return `The disk has ${Math.floor(freeBytes / 1_048_576)} MB left: free space on it.`;
}

function diskFigures(folder: string): DiskFigures | undefined {
  try {
    const { bsize, blocks, bavail } = statfsSync(folder);
    const totalBytes = bsize * blocks;
    const reserveBytes = Math.min(DISK_RESERVE_BYTES_MAX, totalBytes * DISK_RESERVE_SHARE);
    return { freeBytes: bsize * bavail, totalBytes, reserveBytes: Math.round(reserveBytes) };
  } catch {
    return undefined;
  }
}
