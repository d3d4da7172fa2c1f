/** The sections of one sealed chunk, each read and decoded when it is first asked for, and then kept. */
import { AppError } from '@apiary/common/errors.ts';
import type { ChunkReader, ReaderMemory, SectionReader } from '../chunk-format.ts';
import { freeMemory } from '../free-memory.ts';
import type { Stretch } from '../row-batch.ts';
import { bloomHas, partBlooms, partOf } from './bloom.ts';
import { type Dictionary, readDictionary } from './dictionary.ts';
import { BEHIND_IDS, decodeHead, type Head, LEXICON_SECTION, partsOf, SECTION } from './head.ts';
import { type FrameUse, KeptFrames, type LoadedFrame } from './kept-frames.ts';
import { KeptValues } from './kept-values.ts';
import { lastBegun } from './last-begun.ts';
import { type LengthList, type Lengths, lengthsByRow, readLengths } from './length-column.ts';
import { Lexicon } from './lexicon.ts';
import { firstListed, ListedValues } from './listed-values.ts';
import { openSection, readable, unpackNumbers, unpackSection } from './sections.ts';
import { firstVarying, LEVEL_VARIES, SlotTable } from './slot-table.ts';
import { decodeTimes } from './time-column.ts';
import { TimeIndex } from './time-index.ts';

const INDEX_BYTES_PER_STRETCH = 64;

/** Head and run table. */
export interface Runs {
  readonly head: Head;
  readonly stretches: readonly Stretch[];
  /** Where each frame of columns begins among all columns; one more than there are frames. */
  readonly frameFrom: Float64Array;
}

/** Rows and templates. */
export interface Ids {
  /** By row. */
  readonly template: Uint16Array;
}

/** Of the rows of one section of ids, from row `from` on. */
export interface IdsPart extends Ids {
  readonly from: number;
}

/** Columns that stand in one section. */
export interface Frame {
  /** Where it begins among all columns. */
  readonly from: number;
  readonly bytes: Buffer;
}

/** See the file's head. */
export class ChunkData {
  readonly #read: SectionReader;
  readonly #memory: ReaderMemory;
  readonly #frames: KeptFrames;
  /** Those whose values are in the lexicon, as numbers. */
  readonly #numbers: KeptFrames;
  /** What is kept beside frames. */
  readonly #kept = new KeptValues();
  /** How many parts of blooms there are: the last sections. */
  readonly #bloomParts: number;
  /** How many sections of ids there are. */
  readonly #idsParts: number;
  /** Where the first section of values is, and the lexicon; -1: there is none. */
  readonly #valuesAt: number;
  readonly #lexiconAt: number;
  readonly #sections: number;

  constructor(
    read: SectionReader,
    sections: readonly { readonly name: string }[],
    memory: ReaderMemory = { hasRoom: () => true },
  ) {
    this.#read = read;
    this.#memory = memory;
    const hasRoom = () => memory.hasRoom();
    this.#frames = new KeptFrames(async (index) => await this.#loadFrame(index), hasRoom);
    this.#numbers = new KeptFrames(async (index) => await this.#loadNumbers(index), hasRoom);
    this.#sections = sections.length;
    this.#valuesAt = sections.findIndex(({ name }) => name === 'values-0');
    this.#lexiconAt = sections.findIndex(({ name }) => name === LEXICON_SECTION);
    this.#bloomParts = sections.filter(({ name }) => name.startsWith('bloom-')).length;
    this.#idsParts = sections.filter(({ name }) => name.startsWith('ids')).length;
  }

  /** Memory of what is kept. */
  get memoryBytes(): number {
    return this.#kept.memoryBytes + this.#frames.memoryBytes + this.#numbers.memoryBytes;
  }

  /** See {@link ChunkReader.release}. */
  release(how: Parameters<ChunkReader['release']>[0]): void {
    this.#frames.release(how);
    this.#numbers.release(how);
    if (how === 'unused') this.#kept.free();
  }

  async runs(): Promise<Runs> {
    return await this.#kept.once('runs', async () => {
      const bytes = await this.#unpack(SECTION.head);
      const { head, stretches } = decodeHead(bytes);
      if (this.#idsParts !== partsOf(head.rows, head.idsRows ?? head.rows)) throw corrupt('ids');
      const frameFrom = new Float64Array(head.frames.length + 1);
      for (const [index, length] of head.frames.entries()) {
        frameFrom[index + 1] = (frameFrom[index] ?? 0) + length;
      }
      return [{ head, stretches, frameFrom }, bytes.length * 4];
    });
  }

  /** Whether a value, and a literal, may be the word with that hash; certain where it says no. */
  async mayBe(hash: number): Promise<{ readonly value: boolean; readonly literal: boolean }> {
    const part = partOf(hash, this.#bloomParts);
    const { values, literals } = await this.#kept.once(`bloom-${part}`, async () => {
      const index = this.#sections - this.#bloomParts + part;
      const bytes = openSection(await this.#read(index), this.#memory.areChecked);
      return [partBlooms(bytes), bytes.length];
    });
    return { value: bloomHas(values, hash), literal: bloomHas(literals, hash) };
  }

  async dictionary(): Promise<Dictionary> {
    return await this.#kept.once('dictionary', async () => {
      const { head } = await this.runs();
      const bytes = await this.#unpack(SECTION.templates);
      return [readDictionary(bytes, head.templates), bytes.length * 2];
    });
  }

  async slots(): Promise<SlotTable> {
    return await this.#kept.once('slots', async () => {
      const { head } = await this.runs();
      const bytes = await this.#unpack(SECTION.slots);
      const counts = { templates: head.templates + 1, slots: head.slots };
      const byClass = head.byClass ?? false;
      const table = new SlotTable(bytes, { ...counts, idsParts: this.#idsParts, byClass });
      return [table, bytes.length + head.slots * 20];
    });
  }

  async ids(): Promise<Ids> {
    return await this.#kept.once('ids', async () => {
      const { head } = await this.runs();
      if (this.#idsParts === 1) return [{ template: (await this.idsPart(0)).template }, 0];
      const template = new Uint16Array(head.rows);
      for (let part = 0; part < this.#idsParts; part++) {
        const own = await this.#readIds(part);
        template.set(own.template, own.from);
        freeMemory(own.template);
      }
      return [{ template }, template.byteLength];
    });
  }

  /** The ids of one section, and its first row. */
  async idsPart(part: number): Promise<IdsPart> {
    // Kept by `ids` under this name.
    const whole = this.#idsParts > 1 ? this.#kept.atHand<Ids>('ids') : undefined;
    if (whole) {
      const { idsRows = 0 } = (await this.runs()).head;
      const from = part * idsRows;
      return { from, template: whole.template.subarray(from, from + idsRows) };
    }
    return await this.#kept.once(`ids-${part}`, async () => {
      const own = await this.#readIds(part);
      return [own, own.template.byteLength];
    });
  }

  async #readIds(part: number): Promise<IdsPart> {
    const { rows, idsRows = rows } = (await this.runs()).head;
    const bytes = await this.#unpack(SECTION.ids + part);
    const from = part * idsRows;
    const count = Math.min(rows - from, idsRows);
    if (bytes.length !== count * Uint16Array.BYTES_PER_ELEMENT) throw corrupt('ids');
    const isAligned = bytes.byteOffset % Uint16Array.BYTES_PER_ELEMENT === 0;
    const aligned = isAligned ? bytes : Buffer.from(bytes);
    return { from, template: new Uint16Array(aligned.buffer, aligned.byteOffset, count) };
  }

  /** Rows in the order of templates: see SlotTable.firstRow. */
  async order(): Promise<Uint32Array> {
    return await this.#kept.once('order', async () => {
      const [{ template }, { firstRow }] = [await this.ids(), await this.slots()];
      const next = firstRow.slice();
      const rows = new Uint32Array(template.length);
      for (let row = 0; row < rows.length; row++) {
        const id = template[row] ?? 0;
        const at = next[id] ?? 0;
        rows[at] = row;
        next[id] = at + 1;
      }
      return [rows, rows.byteLength];
    });
  }

  async times(): Promise<Float64Array> {
    return await this.#kept.once('times', async () => {
      const { head, stretches } = await this.runs();
      const bytes = await this.timeBytes();
      return [decodeTimes(bytes, head.rows, stretches), head.rows * 8];
    });
  }

  async timeIndex(): Promise<TimeIndex> {
    return await this.#kept.once('time-index', async () => {
      const { stretches } = await this.runs();
      const index = new TimeIndex(await this.timeBytes(), stretches);
      return [index, stretches.length * INDEX_BYTES_PER_STRETCH];
    });
  }

  /** What {@link times} are made of, an eighth of their size: enough for who goes through them once. */
  async timeBytes(): Promise<Buffer> {
    return await this.#kept.once('time-bytes', async () => {
      const bytes = await this.#unpackBehindIds(BEHIND_IDS.times);
      return [bytes, bytes.length];
    });
  }

  /** In the order of templates, the levels of rows whose template has not one level for all. */
  async varyingLevels(): Promise<Buffer> {
    return await this.#kept.once('varying-levels', async () => {
      const bytes = await this.#unpackBehindIds(BEHIND_IDS.levels);
      return [bytes, bytes.length];
    });
  }

  /** By row: 0 none, above that an index into LEVELS plus one. */
  async levels(): Promise<Uint8Array> {
    return await this.#kept.once('levels', async () => {
      const [{ template }, { level, rows }] = [await this.ids(), await this.slots()];
      const varying = await this.varyingLevels();
      const next = firstVarying({ level, rows });
      const levels = new Uint8Array(template.length);
      for (let row = 0; row < levels.length; row++) {
        const id = template[row] ?? 0;
        const own = level[id] ?? 0;
        if (own !== LEVEL_VARIES) levels[row] = own;
        else {
          const at = next[id] ?? 0;
          levels[row] = varying[at] ?? 0;
          next[id] = at + 1;
        }
      }
      return [levels, levels.length];
    });
  }

  async lengths(): Promise<Lengths> {
    return await this.#kept.once('lengths', async () => {
      const [{ head, stretches }, { template }] = [await this.runs(), await this.ids()];
      const list = await this.#readLengths();
      return [lengthsByRow(list, stretches, template), head.rows * 12];
    });
  }

  /** What {@link lengths} are made of: enough for who asks for a few rows. */
  async lengthList(): Promise<LengthList> {
    return await this.#kept.once('length-list', async () => {
      const list = await this.#readLengths();
      return [list, list.list.byteLength + list.mapped.byteLength];
    });
  }

  async #readLengths(): Promise<LengthList> {
    const { head, stretches } = await this.runs();
    const [slots, dictionary] = [await this.slots(), await this.dictionary()];
    const bytes = await this.#unpackBehindIds(BEHIND_IDS.lengths);
    const list = readLengths(bytes, { head, stretches, slots, dictionary });
    freeMemory(bytes);
    return list;
  }

  /** The bytes of a slot's column. */
  async column(slot: number): Promise<Buffer> {
    const slots = await this.slots();
    const from = slots.from[slot] ?? 0;
    return await this.columns(from, from + (slots.bytes[slot] ?? 0));
  }

  /** Bytes `from` to `to` of all columns, which stand one behind the other. */
  async columns(from: number, to: number): Promise<Buffer> {
    const parts = await this.columnParts(from, to);
    const [only] = parts;
    return only && parts.length === 1 ? only : Buffer.concat(parts);
  }

  /** The same as they are in frames. */
  async columnParts(from: number, to: number): Promise<Buffer[]> {
    const { frameFrom } = await this.runs();
    if (to > (frameFrom.at(-1) ?? 0)) throw corrupt('columns');
    const parts: Buffer[] = [];
    for (let index = lastBegun(frameFrom, from); (frameFrom[index] ?? to) < to; index++) {
      const begin = frameFrom[index] ?? 0;
      const frame = await this.#frames.get(index, 'lent');
      parts.push(frame.subarray(Math.max(from - begin, 0), Math.min(to - begin, frame.length)));
    }
    return parts;
  }

  /** Bytes of all columns. */
  async columnBytes(): Promise<number> {
    return (await this.runs()).frameFrom.at(-1) ?? 0;
  }

  /** Copies all columns to the begin of `target`, which has room for them. */
  async copyColumns(target: Buffer): Promise<void> {
    const { head, frameFrom } = await this.runs();
    const listed = await this.listed();
    for (const [index, length] of head.frames.entries()) {
      const from = frameFrom[index] ?? 0;
      const place = listed?.frameOf(index) ?? -1;
      if (listed && place >= 0) await listed.write(place, target.subarray(from, from + length));
      else await this.#frames.see(index, (bytes) => bytes.copy(target, from));
    }
  }

  /** Columns whose values are in the lexicon. Undefined: there are none. */
  async listed(): Promise<ListedValues | undefined> {
    if (this.#lexiconAt < 0) return undefined;
    return await this.#kept.once('listed', async () => {
      const [{ head }, slots] = [await this.runs(), await this.slots()];
      const lexicon = new Lexicon(await this.#unpack(this.#lexiconAt), head.lexicon?.words ?? 0);
      const listed = new ListedValues({ head, lexicon, slots, frames: this.#numbers });
      return [listed, lexicon.memoryBytes];
    });
  }

  /** The frame with a place among all columns, and where it begins there. */
  async frameAt(place: number, use: FrameUse = 'lent'): Promise<Frame> {
    const { frameFrom } = await this.runs();
    const index = lastBegun(frameFrom, place);
    return { from: frameFrom[index] ?? 0, bytes: await this.#frames.get(index, use) };
  }

  /** The same where it was read before: nobody has to wait for it. */
  frameAtHand(place: number): Frame | undefined {
    const runs = this.#kept.atHand<Runs>('runs');
    if (!runs) return undefined;
    const index = lastBegun(runs.frameFrom, place);
    const bytes = this.#frames.atHand(index, 'lent');
    return bytes && { from: runs.frameFrom[index] ?? 0, bytes };
  }

  async #loadFrame(index: number): Promise<LoadedFrame> {
    return await readable(`frame-${index}`, async () => {
      const { head } = await this.runs();
      const length = head.frames[index] ?? 0;
      const listed = index >= firstListed(head) ? await this.listed() : undefined;
      if (listed) {
        const text = Buffer.allocUnsafeSlow(length);
        await listed.write(listed.frameOf(index), text);
        return { bytes: text };
      }
      const bytes = await this.#unpack(this.#valuesAt + index);
      if (bytes.length !== length) throw corrupt('columns');
      return { bytes };
    });
  }

  async #loadNumbers(index: number): Promise<LoadedFrame> {
    return await readable(`numbers-${index}`, async () => {
      const { head } = await this.runs();
      const plainBytes = (await this.listed())?.plainBytes(index);
      const section = await this.#read(this.#valuesAt + firstListed(head) + index);
      const { ownsSections, areChecked, areNear = false } = this.#memory;
      const planes = unpackNumbers(section, plainBytes, areChecked);
      if (planes.buffer !== section.buffer) {
        this.#freeSection(section);
        return { bytes: planes };
      }
      return { bytes: ownsSections ? planes : Buffer.from(planes), isNear: areNear };
    });
  }

  async #unpackBehindIds(index: number): Promise<Buffer> {
    return await this.#unpack(SECTION.ids + this.#idsParts + index);
  }

  async #unpack(index: number): Promise<Buffer> {
    const section = await this.#read(index);
    const bytes = unpackSection(section, this.#memory.areChecked);
    this.#freeSection(section);
    return bytes;
  }

  #freeSection(section: Uint8Array): void {
    if (this.#memory.ownsSections) freeMemory(section);
  }
}

function corrupt(what: string): AppError {
  return new AppError('store-corrupt', `The ${what} of a chunk are not whole.`);
}
