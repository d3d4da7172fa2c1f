/**
 * AssemblyScript: cuts a row into tokens (words, and the time stamp as one) and what stands between them. The shape is a
 * hash of what stands between and of the kinds of token.
 */
import { bits, classes, digitBits, hashBytes, mix, reservedBits, tokenBits } from './bytes';
import { TOKEN_KIND, TOKEN_LENGTH, TOKEN_START, TOKENS_MAX } from './places';

/** A token of letters alone: literal unless its position was promoted. */
export const TOKEN_WORD: u32 = 0;
/** A token with a digit: a variable. */
export const TOKEN_VARIABLE: u32 = 1;
/** The time stamp. */
export const TOKEN_STAMP: u32 = 2;

/** Tokens of the row that was cut last, and its shape. */
export let tokens: u32 = 0;
export let shape: u32 = 0;

let state: u64 = 0;

function add(from: u32, to: u32, kind: u32): void {
  store<u32>(TOKEN_START + (tokens << 2), from);
  store<u32>(TOKEN_LENGTH + (tokens << 2), to - from);
  store<u8>(TOKEN_KIND + tokens, kind);
  tokens++;
}

/** False when there are too many tokens, or bytes that mark something. */
function cutPart(from: u32, to: u32): bool {
  let hash = state;
  // Where the token at hand begins, or 0; else where what stands before the next one does.
  let begun: u32 = 0;
  let between = from;
  let digits = 0;
  for (let at = from; at < to; at += 16) {
    const seen = classes(v128.load(at));
    const known = bits(min(to - at, 16));
    const inTokens = tokenBits(seen);
    const isDigit = digitBits(seen) & known;
    if ((reservedBits(seen) & known) !== 0) return false;
    let edges = (inTokens ^ ((inTokens << 1) | (begun !== 0 ? 1 : 0))) & known;
    let first: u32 = 0;
    for (; edges !== 0; edges &= edges - 1) {
      const place: u32 = ctz(edges);
      if (begun === 0) {
        if (tokens + 1 >= TOKENS_MAX) return false;
        begun = at + place;
        first = place;
        digits = 0;
        hash = hashBytes(hash, between, begun);
        continue;
      }
      digits |= (isDigit & bits(place)) >> first;
      between = at + place;
      add(begun, between, digits !== 0 ? TOKEN_VARIABLE : TOKEN_WORD);
      begun = 0;
    }
    if (begun !== 0) digits |= isDigit >> first;
  }
  if (begun !== 0) add(begun, to, digits !== 0 ? TOKEN_VARIABLE : TOKEN_WORD);
  else hash = hashBytes(hash, between, to);
  state = hash;
  return true;
}

/** Cuts a row, whose stamp is at a place if it is not empty. False when it has to be kept as it is. */
export function cut(from: u32, to: u32, stampFrom: u32, stampTo: u32): bool {
  tokens = 0;
  state = 0x811c9dc5;
  if (stampTo > stampFrom) {
    if (!cutPart(from, stampFrom)) return false;
    add(stampFrom, stampTo, TOKEN_STAMP);
    state = mix(state, 257);
    if (!cutPart(stampTo, to)) return false;
  } else if (!cutPart(from, to)) return false;
  shape = <u32>(state ^ (state >> 32));
  return true;
}
