/** Writes all lines of a search to a file of the browser, telling how far it is. */
import { EXPORT_PIECE_BYTES } from '@apiary/common/limits/screens.ts';
import { messageOf } from './http.ts';
import { Store } from './store.ts';
import { type TimeRange, windowOf } from './time-range.ts';

/** How lines are written. */
export type ExportFormat = 'ndjson' | 'csv' | 'raw';

/** How far it is. Lines are counted by their ends. */
export type ExportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly lines: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string };

const NEWLINE = 10;

/** One export at a time. */
export class LineExport {
  readonly state = new Store<ExportState>({ kind: 'idle' });
  #abort = new AbortController();

  /** Fetches the lines and hands the file over by `save`; failures are told by the state. */
  async run(
    what: { readonly query: string; readonly range: TimeRange; readonly format: ExportFormat },
    nowMs: number,
    save: (file: Blob, name: string) => void,
  ): Promise<void> {
    const window = windowOf(what.range, nowMs);
    const params = new URLSearchParams({ query: what.query, format: what.format });
    if (window.fromMs !== undefined) params.set('from', String(window.fromMs));
    params.set('to', String(Math.min(window.toMs ?? nowMs, nowMs)));
    this.#abort = new AbortController();
    this.state.set({ kind: 'running', lines: 0, bytes: 0 });
    try {
      const { file, name } = await this.#fetch(`/api/export?${params}`);
      save(file, name);
      this.state.set({ kind: 'idle' });
    } catch (thrown) {
      if (this.#abort.signal.aborted) this.state.set({ kind: 'idle' });
      else this.state.set({ kind: 'failed', message: reasonOf(thrown) });
    }
  }

  /** Gives it up. */
  stop(): void {
    this.#abort.abort();
  }

  async #fetch(path: string): Promise<{ file: Blob; name: string }> {
    const response = await fetch(path, { signal: this.#abort.signal, credentials: 'same-origin' });
    if (!response.ok || !response.body) throw new Error(await problemText(response));
    const name = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '');
    const whole: Blob[] = [];
    let piece: Uint8Array<ArrayBuffer>[] = [];
    let pieceBytes = 0;
    let lines = 0;
    let bytes = 0;
    for await (const chunk of chunksOf(response.body)) {
      for (const byte of chunk) if (byte === NEWLINE) lines++;
      bytes += chunk.length;
      piece.push(chunk);
      pieceBytes += chunk.length;
      // Blobs of some size the browser keeps on disk.
      if (pieceBytes >= EXPORT_PIECE_BYTES) {
        whole.push(new Blob(piece));
        piece = [];
        pieceBytes = 0;
      }
      this.state.set({ kind: 'running', lines, bytes });
    }
    whole.push(new Blob(piece));
    return { file: new Blob(whole), name: name?.[1] ?? 'apiary.log' };
  }
}

/** Not every browser can iterate over a stream itself. */
async function* chunksOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function problemText(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => undefined);
  const isTold = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isTold ? String(problem.detail) : `Queen answered with status ${response.status}.`;
}

/** A connection that breaks off is how Queen says that the rest is missing. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof TypeError)) return messageOf(thrown);
  return 'The export broke off: not all of the lines could be read. Nothing was saved.';
}
