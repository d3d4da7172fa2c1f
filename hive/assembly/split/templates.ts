/**
 * AssemblyScript: the templates of one chunk. Two rows are of one template only if their literal bytes are the same: a
 * hash finds the candidate, and the bytes are compared.
 */
import {
  bits,
  classes,
  copy,
  digitBits,
  hashBytes,
  isSame,
  reservedBits,
  tokenBits,
} from './bytes';
import {
  allocate,
  BYTE_CLASS,
  MARKED_KIND,
  MARKED_LENGTH,
  MARKED_START,
  TABLE_SIZE,
  TEMPLATE_BYTES,
  TEMPLATE_TABLE,
  TEMPLATES,
  TEMPLATES_MAX,
  TOKEN_HASH,
  TOKEN_KIND,
  TOKEN_LENGTH,
  TOKEN_START,
  VALUE_BYTES,
  VALUES,
} from './places';
import { clearLast, learnIn, NONE_PROMOTED, promotedIn, SHAPE_LAST, shapeOf } from './shapes';
import { addSlots, constantAt, constantBytes, SLOT_BYTES } from './slots';
import { shape, TOKEN_STAMP, TOKEN_VARIABLE, TOKEN_WORD, tokens } from './tokens';
import { hashWord, seeLiteral, wordHash } from './words';

const STAMP_MARK: u8 = 1;
const SLOT_MARK: u8 = 2;
const END_MARK: u8 = 10;

// A template: where its pieces are, 1 where what is hidden holds no variable, and its hash; and what follows.
const PIECES: u32 = 0;
const IS_HEAD_FIXED: u32 = 20;
const HASH: u32 = 36;
/** Where its text is. TypeScript reads it, its bytes, slots, traits, hidden tokens and whether there is a level's word. */
const TEXT: u32 = 4;
const TEXT_BYTES: u32 = 8;
const SLOT_COUNT: u32 = 16;
/** Stamp's characters (u8), 1 with a line end (u8), layout (i8), shift in ms (i32, at 4). */
const TRAITS: u32 = 24;
const HIDDEN: u32 = 32;
/** Where its slots are. */
export const SLOTS: u32 = 12;
/** The template that came after it last, or -1. */
export const NEWEST: u32 = 40;
/** The one before that. */
export const OLDER: u32 = 44;
/** How many rows it has. */
export const ROWS: u32 = 52;
/** 1 where a value may decide about a level. */
export const HAS_LEVEL_WORD: u32 = 48;

// A piece (u32): bytes of literal text, what follows (0: nothing), 1 where words are taken for a variable too.
const FOLLOWS: u32 = 16;
const PROMOTED: u32 = 24;

/** How many templates there are. */
export let templates: u32 = 0;

/** The row at hand: its bytes without the line end, its stamp, its traits. */
export let rowFrom: u32 = 0;
export let rowTo: u32 = 0;
let stampFrom: u32 = 0;
let stampTo: u32 = 0;
let traits: u64 = 0;
let hiddenUntil: u32 = 0;
/** Its marked tokens, the variables among them, and tokens within the stamp's characters. */
let marked: u32 = 0;
let variables: u32 = 0;
let hidden: u32 = 0;
/** Behind the last of its values that are listed. */
export let values: u32 = 0;

/** Begins another chunk. */
export function clearTemplates(): void {
  templates = 0;
  memory.fill(TEMPLATE_TABLE, 0xff, 4 * TABLE_SIZE);
  clearLast();
}

/** A template's address. */
export function templateAt(id: u32): u32 {
  return TEMPLATES + id * TEMPLATE_BYTES;
}

/** Goes to another row. */
export function setRow(from: u32, to: u32, stamp: u32, stampEnd: u32): void {
  rowFrom = from;
  rowTo = to;
  stampFrom = stamp;
  stampTo = stampEnd;
}

/** Sets what rows of one template have in common beside their text. */
export function setTraits(timestampLength: u32, ended: bool, layout: i32, shift: i32): void {
  traits =
    timestampLength |
    ((ended ? 1 : 0) << 8) |
    ((<u64>(<u8>layout)) << 16) |
    ((<u64>(<u32>shift)) << 32);
  hiddenUntil = rowFrom + timestampLength;
}

/**
 * True if the row is of a template: compared with the template's text at once, without being cut into tokens first. Its
 * values are listed then, but for those that are what all rows of the template have there so far, half of all.
 */
export function isRowOf(template: u32): bool {
  if (load<u32>(template, IS_HEAD_FIXED) === 0 || load<u64>(template, TRAITS) !== traits)
    return false;
  let piece = load<u32>(template, PIECES);
  let text = load<u32>(template, TEXT);
  let slot = load<u32>(template, SLOTS) - SLOT_BYTES;
  let place = rowFrom;
  let value = VALUES;
  for (;;) {
    const own = load<u32>(piece);
    const length = own & 0xffff;
    if (length > rowTo - place || !isSame(text, place, length)) return false;
    place += length;
    const follows = (own >> FOLLOWS) & 0xff;
    if (follows === 0) break;
    piece += 4;
    text += length + 1;
    if (follows === STAMP_MARK) {
      if (place !== stampFrom) return false;
      place = stampTo;
      continue;
    }
    slot += SLOT_BYTES;
    const constant = constantBytes(slot);
    if (constant !== 0 && constant <= rowTo - place && isSame(constantAt(slot), place, constant)) {
      const end = place + constant;
      if (end === rowTo || load<u8>(BYTE_CLASS + load<u8>(end)) === 0) {
        place = end;
        continue;
      }
    }
    const from = place;
    let isVariable = own >> PROMOTED;
    for (;;) {
      const left = rowTo - place;
      const seen = classes(v128.load(place));
      const step = min(<u32>ctz(~tokenBits(seen) | 0x10000), left);
      const own = bits(step);
      isVariable |= digitBits(seen) & own;
      if ((reservedBits(seen) & own) !== 0) return false;
      place += step;
      if (step < 16) break;
    }
    if (place === from || isVariable === 0) return false;
    store<u32>(value, slot);
    store<u32>(value, from, 4);
    store<u32>(value, place - from, 8);
    value += VALUE_BYTES;
  }
  values = value;
  return place === rowTo;
}

/** Decides which tokens are variables, and lists what is marked. */
function mark(promoted: u32): void {
  let count: u32 = 0;
  let value = VALUES;
  for (let token: u32 = 0; token < tokens; token++) {
    const kind: u32 = load<u8>(TOKEN_KIND + token);
    const from = load<u32>(TOKEN_START + (token << 2));
    const length = load<u32>(TOKEN_LENGTH + (token << 2));
    const isPromoted = promoted !== NONE_PROMOTED && load<u8>(promoted + token) === 1;
    const isValue = kind === TOKEN_VARIABLE || (kind === TOKEN_WORD && isPromoted);
    store<u32>(MARKED_START + (count << 2), from);
    store<u32>(MARKED_LENGTH + (count << 2), length);
    store<u8>(MARKED_KIND + count, kind);
    store<u32>(value, from, 4);
    store<u32>(value, length, 8);
    count += isValue || kind === TOKEN_STAMP ? 1 : 0;
    value += isValue ? VALUE_BYTES : 0;
  }
  marked = count;
  values = value;
  variables = (value - VALUES) / VALUE_BYTES;
  hidden = 0;
  for (let token: u32 = 0; token < tokens; token++) {
    const from = load<u32>(TOKEN_START + (token << 2));
    if (from >= hiddenUntil) break;
    // A stamp that is longer than what was recognised of it shows to single words in part.
    const isStamp = load<u8>(TOKEN_KIND + token) === TOKEN_STAMP;
    const seenFrom = isStamp ? from + load<u32>(TOKEN_LENGTH + (token << 2)) - 1 : from;
    if (seenFrom < hiddenUntil) hidden++;
  }
}

function follows(kind: u32): u32 {
  return kind === TOKEN_STAMP ? STAMP_MARK : SLOT_MARK;
}

function isOf(template: u32): bool {
  if (
    load<u32>(template, SLOT_COUNT) !== variables ||
    load<u64>(template, TRAITS) !== traits ||
    load<u32>(template, HIDDEN) !== hidden
  ) {
    return false;
  }
  let piece = load<u32>(template, PIECES);
  let text = load<u32>(template, TEXT);
  let at = rowFrom;
  for (let index: u32 = 0; index < marked; index++, piece += 4) {
    const stop = load<u32>(MARKED_START + (index << 2));
    const length = stop - at;
    const own = load<u32>(piece) & 0xffffff;
    if (own !== (length | (follows(load<u8>(MARKED_KIND + index)) << FOLLOWS))) return false;
    if (!isSame(text, at, length)) return false;
    text += length + 1;
    at = stop + load<u32>(MARKED_LENGTH + (index << 2));
  }
  return load<u32>(piece) === rowTo - at && isSame(text, at, rowTo - at);
}

/** The hash of what is literal in the row at hand, and of what rows of a template have in common. */
function hashOf(): u32 {
  let all = traits ^ ((<u64>shape) << 8);
  let at = rowFrom;
  for (let index: u32 = 0; index < marked; index++) {
    const stop = load<u32>(MARKED_START + (index << 2));
    all = hashBytes(all, at, stop);
    at = stop + load<u32>(MARKED_LENGTH + (index << 2));
  }
  all = hashBytes(all, at, rowTo);
  return <u32>(all ^ (all >> 32));
}

/** Hashes the row's words; those that are literal are taken for the bloom. */
function seeWords(promoted: u32): void {
  for (let token: u32 = 0; token < tokens; token++) {
    if (load<u8>(TOKEN_KIND + token) !== TOKEN_WORD) continue;
    const from = load<u32>(TOKEN_START + (token << 2));
    const to = from + load<u32>(TOKEN_LENGTH + (token << 2));
    const hash = hashWord(from, to);
    store<i32>(TOKEN_HASH + (token << 2), hash);
    const isLiteral = promoted === NONE_PROMOTED || load<u8>(promoted + token) !== 1;
    if (isLiteral) seeLiteral(wordHash(hash, from, to));
  }
}

function add(hash: u32): void {
  const template = templateAt(templates++);
  const pieces = allocate(4 * (marked + 1));
  const texts = allocate(rowTo - rowFrom + 1);
  let text = texts;
  let at = rowFrom;
  let isHeadFixed = true;
  for (let index: u32 = 0; index < marked; index++) {
    const stop = load<u32>(MARKED_START + (index << 2));
    const length = stop - at;
    copy(text, at, length);
    text += length;
    const kind: u32 = load<u8>(MARKED_KIND + index);
    store<u8>(text++, follows(kind));
    const promoted: u32 = kind === TOKEN_WORD ? 1 : 0;
    store<u32>(pieces + (index << 2), length | (follows(kind) << FOLLOWS) | (promoted << PROMOTED));
    if (kind !== TOKEN_STAMP && stop < hiddenUntil) isHeadFixed = false;
    at = stop + load<u32>(MARKED_LENGTH + (index << 2));
  }
  copy(text, at, rowTo - at);
  text += rowTo - at;
  store<u8>(text++, END_MARK);
  store<u32>(pieces + (marked << 2), rowTo - at);
  store<u32>(template, pieces, PIECES);
  store<u32>(template, texts, TEXT);
  store<u32>(template, text - texts, TEXT_BYTES);
  store<u32>(template, addSlots(variables), SLOTS);
  store<u32>(template, variables, SLOT_COUNT);
  store<u32>(template, isHeadFixed ? 1 : 0, IS_HEAD_FIXED);
  store<u64>(template, traits, TRAITS);
  store<u32>(template, hidden, HIDDEN);
  store<u32>(template, hash, HASH);
  store<i32>(template, -1, NEWEST);
  store<i32>(template, -1, OLDER);
  store<u32>(template, 0, HAS_LEVEL_WORD);
  store<u32>(template, 0, ROWS);
}

/** Lists the row's values with the slots of its template. */
function found(id: u32): i32 {
  let slot = load<u32>(templateAt(id), SLOTS);
  for (let value = VALUES; value < values; value += VALUE_BYTES, slot += SLOT_BYTES) {
    store<u32>(value, slot);
  }
  return id;
}

/** The number of the row's template, its tokens cut, or -1 when there is no room for a new one. Its values are listed. */
export function find(): i32 {
  const own = shapeOf();
  const promoted = promotedIn(own);
  mark(promoted);
  const last = load<i32>(own, SHAPE_LAST);
  if (last >= 0 && isOf(templateAt(last))) return found(last);
  const hash = hashOf();
  let slot = hash & (TABLE_SIZE - 1);
  for (;;) {
    const known = load<i32>(TEMPLATE_TABLE + (slot << 2));
    if (known < 0) break;
    if (load<u32>(templateAt(known), HASH) === hash && isOf(templateAt(known))) {
      store<i32>(own, known, SHAPE_LAST);
      return found(known);
    }
    slot = (slot + 1) & (TABLE_SIZE - 1);
  }
  if (templates >= TEMPLATES_MAX) return -1;
  const added = templates;
  store<i32>(TEMPLATE_TABLE + (slot << 2), added);
  store<i32>(own, added, SHAPE_LAST);
  add(hash);
  seeWords(promoted);
  learnIn(own, hash);
  return found(added);
}
