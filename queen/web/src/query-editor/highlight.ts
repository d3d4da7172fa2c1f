/** Colours of a query's text, from the lexer that the server uses too. */
import { tokenize } from '@apiary/common/query/lexer.ts';
import type { Token } from '@apiary/common/query/token.ts';

/** A stretch of a query with the class that colours it. */
export interface QuerySpan {
  readonly from: number;
  readonly to: number;
  readonly className: string;
}

/** The coloured stretches of a query, in order; what lies between has the text's own colour. */
export function highlightQuery(query: string): QuerySpan[] {
  const spans: QuerySpan[] = [];
  for (const token of tokenize(query)) {
    const className = classOf(token);
    if (className !== undefined && token.to > token.from) {
      spans.push({ from: token.from, to: token.to, className });
    }
  }
  return spans;
}

function classOf(token: Token): string | undefined {
  switch (token.kind) {
    case 'field':
      return 'ap-q-field';
    case 'phrase':
      return 'ap-q-phrase';
    case 'text':
      return token.parts.some((part) => part.kind !== 'literal') ? 'ap-q-pattern' : undefined;
    case 'regex':
    case 'range-open':
    case 'range-close':
    case 'bound':
    case 'compare':
    case 'tilde':
      return 'ap-q-pattern';
    case 'and':
    case 'or':
    case 'to':
      return 'ap-q-operator';
    case 'not':
      return 'ap-q-not';
    default:
      return undefined;
  }
}
