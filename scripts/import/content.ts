/** What a file holds, decompressed where it is gz or zstd, whatever its name says. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError } from '@apiary/common/errors.ts';
import type { CommandIo } from '../command.ts';

const READ_BYTES = 1024 * 1024;
const ROOM = { chunkSize: READ_BYTES };
const NEWLINE = 10;

/** A file that can be read several times. */
export interface Content {
  /** Its path, or `stdin`. */
  readonly name: string;
  /** Its bytes on the disk. */
  readonly size: number;
  /** Its content; `onRead` is told of bytes on the disk. @throws AppError `request-invalid` when it is damaged */
  read(onRead?: (bytes: number) => void): AsyncGenerator<Buffer>;
  /** Removes what was made to read it. */
  close(): Promise<void>;
}

/** What a content is, wherever it lies. */
export interface Fingerprint {
  readonly bytes: number;
  readonly lines: number;
  /** In hex. */
  readonly sha256: string;
}

/** Opens a file, or with `-` what is piped in, which is kept in a temporary file to be read twice. */
export async function openContent(path: string, io: CommandIo): Promise<Content> {
  if (path !== '-') return await contentOf(path, path, async () => {});
  const folder = await mkdtemp(join(tmpdir(), 'apiary-import-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, 'stdin');
    const target = createWriteStream(file, { mode: 0o600 });
    await pipeline(io.stdin, target, { signal: io.signal });
    return await contentOf('stdin', file, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function contentOf(name: string, path: string, close: () => Promise<void>): Promise<Content> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new AppError('not-found', `${name} cannot be read.`, { cause });
  });
  if (!facts.isFile()) throw new AppError('request-invalid', `${name} is no regular file.`);
  const format = await formatOf(path);
  return {
    name,
    size: facts.size,
    async *read(onRead = () => undefined) {
      try {
        if (format === 'zstd') yield* readFrames(path, facts.size, onRead);
        else if (format === 'gz') yield* readPart(path, { through: createGunzip(ROOM), onRead });
        else yield* readPart(path, { onRead });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new AppError('request-invalid', `${name} is damaged: ${reason}`, { cause });
      }
    },
    close,
  };
}

async function formatOf(path: string): Promise<'plain' | 'gz' | 'zstd'> {
  const file = await open(path, 'r');
  const magic = Buffer.alloc(4);
  await file.read(magic, 0, 4, 0).finally(() => file.close());
  if (magic.readUInt16BE(0) === 0x1f8b) return 'gz';
  return magic.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'plain';
}

/** Node's decompressor passes over everything behind the first frame, so each frame has one of its own. */
async function* readFrames(
  path: string,
  size: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for (let start = 0; start < size; ) {
    const through = createZstdDecompress(ROOM);
    yield* readPart(path, { start, through, onRead: () => undefined });
    if (through.bytesWritten === 0) throw new Error('a frame of no bytes');
    onRead(through.bytesWritten);
    start += through.bytesWritten;
  }
}

async function* readPart(
  path: string,
  part: {
    readonly start?: number;
    readonly through?: Transform;
    readonly onRead: (bytes: number) => void;
  },
): AsyncGenerator<Buffer> {
  const { start = 0, through, onRead } = part;
  const file = createReadStream(path, { start, highWaterMark: READ_BYTES });
  file.on('data', (data) => onRead(data.length));
  const stream = through ? file.pipe(through) : file;
  if (through) file.once('error', (error) => through.destroy(error));
  try {
    for await (const data of stream) yield data;
  } finally {
    file.destroy();
  }
}

/** Reads all of it once. */
export async function fingerprintOf(
  content: Content,
  onRead: (bytes: number) => void,
): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let [bytes, lines, last] = [0, 0, NEWLINE];
  for await (const data of content.read(onRead)) {
    hash.update(data);
    bytes += data.length;
    for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, at + 1)) lines++;
    last = data.at(-1) ?? last;
  }
  return { bytes, lines: last === NEWLINE ? lines : lines + 1, sha256: hash.digest('hex') };
}

/** The generation of a content of a host: the same wherever the file lies, and whatever it is called. */
export function generationOf(host: string, sha256: string): string {
  return createHash('sha256').update(`${host}\0${sha256}`).digest('hex').slice(0, 16);
}
