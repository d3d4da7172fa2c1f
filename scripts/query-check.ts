/** Queries on the command line: mistakes are shown under the place where they are. */

import type { AppError } from '@apiary/common/errors.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { printable } from './terminal-text.ts';

/** What is wrong with a query, with a caret under it; undefined if nothing is. */
export function queryMistake(query: string): string | undefined {
  const result = parseQuery(query);
  if (result.ok) return undefined;
  const { message, from, to } = result.error;
  return underlined(query, message, from, to);
}

/** The same for a mistake that the server found; undefined for other errors. */
export function serverMistake(query: string, error: AppError): string | undefined {
  if (error.code !== 'query-syntax') return undefined;
  const { from, position, to } = error.details;
  const start = [from, position].find((value) => typeof value === 'number') ?? query.length;
  return underlined(query, error.message, start, typeof to === 'number' ? to : start + 1);
}

function underlined(query: string, message: string, from: number, to: number): string {
  const shown = printable(query.slice(0, from)).replaceAll('\t', ' ');
  const marked = printable(query.slice(from, to));
  const rest = printable(query.slice(to)).replaceAll('\t', ' ');
  const carets = '^'.repeat(Math.max(1, marked.length));
  const line = `${shown}${marked.replaceAll('\t', ' ')}${rest}`;
  return `${message}\n  ${line}\n  ${' '.repeat(shown.length)}${carets}\n`;
}
