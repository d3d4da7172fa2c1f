/** How far an import is: a bar at a terminal, a line now and then elsewhere. */
import { basename } from 'node:path';
import { byteSize } from '../byte-size.ts';
import type { CommandIo } from '../command.ts';
import { printable } from '../terminal-text.ts';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
/** Elsewhere than at a terminal a line each time so much more of it is done. */
const LINE_SHARE = 0.1;

/** One step of one file. */
export class Progress {
  readonly #io: CommandIo;
  readonly #label: string;
  readonly #total: number;
  readonly #began = performance.now();
  #done = 0;
  #drawnMs = 0;
  #nextShare = LINE_SHARE;

  /** @param verb what is being done, e.g. `storing` */
  constructor(io: CommandIo, verb: string, { name, total }: { name: string; total: number }) {
    this.#io = io;
    this.#label = `${verb} ${printable(basename(name))}`;
    this.#total = total;
  }

  add(bytes: number): void {
    this.#done += bytes;
    const share = this.#total === 0 ? 1 : Math.min(this.#done / this.#total, 1);
    const nowMs = performance.now();
    if (this.#io.stderr.isTTY) {
      if (nowMs - this.#drawnMs < REDRAW_MS) return;
      this.#drawnMs = nowMs;
      this.#io.stderr.write(`\r${this.#label} ${bar(share)} ${this.#figures(share, nowMs)}\x1b[K`);
    } else if (share >= this.#nextShare && share < 1) {
      this.#nextShare = share + LINE_SHARE;
      this.#io.stderr.write(`${this.#label}: ${this.#figures(share, nowMs)}\n`);
    }
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#io.stderr.isTTY) this.#io.stderr.write('\r\x1b[K');
  }

  #figures(share: number, nowMs: number): string {
    const seconds = Math.max((nowMs - this.#began) / 1000, 0.001);
    const left = share === 0 ? 0 : (seconds / share) * (1 - share);
    const percent = `${Math.floor(share * 100)} %`;
    return `${percent}, ${byteSize(this.#done / seconds)}/s, ${duration(left)} left`;
  }
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}]`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
