/** AssemblyScript: what TypeScript sees of a split's memory. */
export { fillBloom, sortByPart } from './blooms';
export {
  clearLexicon,
  lexiconBytes,
  numberValues,
  singleValues,
  takenBytes,
  takeValues,
  writeLexicon,
  writePlanes,
} from './lexicon';
export {
  allocate,
  BYTE_CLASS,
  CHARACTER_BITS,
  HABIT,
  LAYOUTS,
  LEVEL_WORDS,
  LOWER,
  ROW_BYTES,
  ROW_BYTES_MAX,
  ROW_STAMP,
  ROW_START,
  ROW_TEMPLATE,
  ROW_TIME,
  ROWS_MAX,
  TEMPLATES,
  TOKEN_HASH,
  TOKEN_KIND,
} from './places';
export { clearShapes } from './shapes';
export { describe, gather } from './slots';
export { templates } from './templates';
export { addWord, wordCount, wordHashes } from './words';
