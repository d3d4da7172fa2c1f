/** Finds palette entries by lunr: whole words before beginnings before near misses, titles first. */
import lunr from 'lunr';
import { PALETTE_GROUPS, type PaletteGroup, type PaletteItem } from './palette-item.ts';

/** Entries of one group that are shown. */
const GROUP_ITEMS_MAX = 5;
/** Shorter words have too many near misses. */
const FUZZY_CHARS_MIN = 4;

/** Entries found, in the order of the groups. */
export interface PaletteResult {
  readonly group: PaletteGroup;
  readonly items: readonly PaletteItem[];
}

/** Makes a search over the entries; an empty text finds the pages alone. */
export function paletteSearch(
  items: readonly PaletteItem[],
): (text: string) => readonly PaletteResult[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const index = lunr(function () {
    // Names of hosts and files are no English: no stemming, no stop words.
    this.pipeline.reset();
    this.searchPipeline.reset();
    this.ref('id');
    this.field('title', { boost: 8 });
    this.field('words');
    for (const { id, title, words } of items) {
      this.add({ id, title: withParts(title), words: withParts(`${title} ${words}`) });
    }
  });
  return (text) => {
    const terms = wordsOf(text);
    if (terms.length === 0) return grouped(items.filter(({ group }) => group === 'page'));
    const found = index.query((query) => {
      for (const [at, term] of terms.entries()) {
        query.term(term, { boost: 20 });
        // A letter within a sentence begins too many words; the last one is still being typed.
        if (term.length > 1 || at === terms.length - 1) {
          query.term(term, { boost: 8, wildcard: lunr.Query.wildcard.TRAILING });
        }
        if (term.length >= FUZZY_CHARS_MIN) query.term(term, { editDistance: 1 });
      }
    });
    return grouped(found.flatMap(({ ref }) => byId.get(ref) ?? []));
  };
}

function grouped(items: readonly PaletteItem[]): PaletteResult[] {
  // The table's own keys.
  const groups = Object.keys(PALETTE_GROUPS) as PaletteGroup[];
  return groups
    .map((group) => ({
      group,
      items: items.filter((item) => item.group === group).slice(0, GROUP_ITEMS_MAX),
    }))
    .filter((result) => result.items.length > 0);
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word !== '');
}

/** The words of a text beside the text itself, so that `example` finds `db-1.example.com`. */
function withParts(text: string): string {
  return wordsOf(text).join(' ');
}
