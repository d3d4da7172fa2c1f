/**
 * Colours that programs wrote for a terminal (ECMA-48, "SGR"): stretches of a line with the classes that
 * show them. Backgrounds and colours out of the sixteen are left out: they were chosen for another ground.
 */

/** A stretch of a line, in UTF-16 offsets. */
export interface AnsiRun {
  readonly from: number;
  readonly to: number;
  /** Undefined: as everything else. */
  readonly className: string | undefined;
}

const ESCAPE = '\u001b';
const SEQUENCE = new RegExp(`${ESCAPE}\\[([\\d;]{0,64})m`, 'g');

/** The stretches of a line between its colour sequences, which are left out themselves. */
export function ansiRuns(body: string, from: number, to: number): AnsiRun[] {
  if (!body.includes(`${ESCAPE}[`)) return [{ from, to, className: undefined }];
  const runs: AnsiRun[] = [];
  const style = new Style();
  let at = from;
  for (const match of body.matchAll(SEQUENCE)) {
    const behind = match.index + match[0].length;
    if (match.index >= to) break;
    if (match.index > at) runs.push({ from: at, to: match.index, className: style.className });
    style.apply(match[1] ?? '');
    at = Math.max(at, Math.min(behind, to));
  }
  if (at < to) runs.push({ from: at, to, className: style.className });
  return runs;
}

class Style {
  #color: number | undefined;
  #bold = false;
  #italic = false;
  #underline = false;

  apply(parameters: string): void {
    const codes = parameters.split(';').map(Number);
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] ?? 0;
      if (code === 38 || code === 48) {
        const indexed = codes[at + 1] === 5;
        if (code === 38) this.#color = indexed ? sixteen(codes[at + 2] ?? 0) : undefined;
        at += indexed ? 2 : 4;
      } else this.#one(code);
    }
  }

  get className(): string | undefined {
    const classes: string[] = [];
    if (this.#color !== undefined) classes.push(`ap-ansi-${this.#color}`);
    if (this.#bold) classes.push('ap-ansi-bold');
    if (this.#italic) classes.push('ap-ansi-italic');
    if (this.#underline) classes.push('ap-ansi-underline');
    return classes.length === 0 ? undefined : classes.join(' ');
  }

  #one(code: number): void {
    if (code === 0) {
      this.#color = undefined;
      this.#bold = this.#italic = this.#underline = false;
    } else if (code === 1) this.#bold = true;
    else if (code === 3) this.#italic = true;
    else if (code === 4) this.#underline = true;
    else if (code === 22) this.#bold = false;
    else if (code === 23) this.#italic = false;
    else if (code === 24) this.#underline = false;
    else if (code >= 30 && code <= 37) this.#color = code - 30;
    else if (code === 39) this.#color = undefined;
    else if (code >= 90 && code <= 97) this.#color = code - 90;
  }
}

/** The first sixteen colours of a palette are eight, twice. */
function sixteen(index: number): number | undefined {
  return index < 16 ? index % 8 : undefined;
}
