/** What is asked of each corpus, and how fast it should be answered. */
import { type CorpusKind, NEEDLE } from './corpus.ts';

/** One row. */
export interface BenchQuestion {
  readonly name: string;
  readonly query: string;
  /** What `rg` is given for the same lines. */
  readonly rg: readonly string[];
  /** Milliseconds: on compacted chunks with nothing decoded. */
  readonly goalMs: { readonly loghub: number; readonly hard: number };
}

/** A word that about a third of the lines have. */
export const COMMON: Readonly<Record<CorpusKind, string>> = {
  loghub: 'info',
  json: 'http',
  nginx: 'curl',
  text: 'warn',
};
const MANY = { loghub: 30, hard: 200 };

/** A regular expression with a literal in it; the goal is a multiple of `rg`. */
export const REGEX: Readonly<Record<CorpusKind, string>> = {
  loghub: 'exception.*[0-9]+',
  json: 'slow query.*9',
  nginx: 'kube-probe.*7',
  text: 'error.*99',
};
/** See {@link REGEX}. */
export const REGEX_FACTOR = { loghub: 1.5, hard: 3 };

/** The questions beside those about the common word. */
export function questionsOf(kind: CorpusKind): BenchQuestion[] {
  const phrases: Readonly<Record<CorpusKind, string>> = {
    loghub: 'failed password',
    json: 'request completed',
    nginx: 'Windows NT',
    text: 'ka le',
  };
  const prefixes: Readonly<Record<CorpusKind, string>> = {
    loghub: 'block',
    json: 'pay',
    nginx: 'kub',
    text: 'kami',
  };
  const infixes: Readonly<Record<CorpusKind, string>> = {
    loghub: 'exception',
    json: 'aymen',
    nginx: 'probe',
    text: 'mino',
  };
  const [phrase, prefix, infix] = [phrases[kind], prefixes[kind], infixes[kind]];
  const needle = { loghub: 5, hard: 10 };
  return [
    { name: `needle (4 lines) \`${NEEDLE}\``, query: NEEDLE, rg: [NEEDLE], goalMs: needle },
    { name: `phrase \`"${phrase}"\``, query: `"${phrase}"`, rg: ['-i', phrase], goalMs: MANY },
    {
      name: `prefix \`${prefix}*\``,
      query: `${prefix}*`,
      rg: ['-i', `\\b${prefix}`],
      goalMs: MANY,
    },
    { name: `infix \`*${infix}*\``, query: `*${infix}*`, rg: ['-i', infix], goalMs: MANY },
    {
      name: `not \`NOT ${COMMON[kind]}\``,
      query: `NOT ${COMMON[kind]}`,
      rg: ['-i', '-v', '-w', COMMON[kind]],
      goalMs: MANY,
    },
  ];
}
