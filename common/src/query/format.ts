/**
 * Writes a query's tree as text. Parsing the text gives the same tree again, whatever the default
 * operator, because every operator is written out.
 */
import {
  BODY_FIELD,
  type LeafQuery,
  type Query,
  type RangeBound,
  type RangeQuery,
  type WildcardPart,
} from './ast.ts';
import { isPlainFieldName } from './field-name.ts';

const SPECIAL = /[\s!"$&()*+\-/:<=>?[\\\]^`{|}~]/g;
const SIMPLE_BOUND = /^[\p{L}\p{N}_.][\p{L}\p{N}_.:+-]*$/u;

/** The text of a query. Positions in the tree are not used. */
export function formatQuery(query: Query): string {
  switch (query.kind) {
    case 'all':
      return '*';
    case 'and':
    case 'or':
      return query.operands.map(formatOperand).join(query.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${formatOperand(query.operand)}`;
    default:
      return formatLeaf(query);
  }
}

/** `field:value` as text that parses as exactly this: what a click on a value adds to a query. */
export function formatFieldValue(field: string, value: string): string {
  const text = quoteText(value);
  return formatField(field, text) + text;
}

function formatOperand(query: Query): string {
  const text = formatQuery(query);
  return query.kind === 'and' || query.kind === 'or' ? `(${text})` : text;
}

function formatLeaf(leaf: LeafQuery): string {
  const value = formatValue(leaf);
  return formatField(leaf.field, value) + value;
}

function formatValue(leaf: LeafQuery): string {
  switch (leaf.kind) {
    case 'term':
      return formatText(leaf.text);
    case 'phrase':
      return `${quoteText(leaf.text)}${leaf.slop > 0 ? `~${leaf.slop}` : ''}`;
    case 'wildcard':
      return leaf.parts.map(formatPart).join('');
    case 'regex':
      return `/${leaf.source}/`;
    case 'fuzzy':
      return `${formatText(leaf.text)}~${leaf.distance}`;
    case 'range':
      return formatRange(leaf);
    case 'exists':
      return '*';
  }
}

/** A name that would not be taken for a field before this value gets its first letter by code. */
function formatField(name: string, value: string): string {
  if (name === BODY_FIELD) return '';
  const drive = name.length === 1 && /^[\\/]/.test(value);
  if (isPlainFieldName(name) && !drive) return `${name}:`;
  return `${byCode(name[0] ?? '')}${escapeSpecial(name.slice(1))}:`;
}

/** A word that is an operator when bare gets its first letter by code. */
function formatText(text: string): string {
  if (/^(?:AND|OR|NOT)$/.test(text)) return byCode(text[0] ?? '') + text.slice(1);
  return escapeSpecial(text);
}

function formatPart(part: WildcardPart): string {
  if (part.kind === 'literal') return escapeSpecial(part.text);
  return part.kind === 'one' ? '?' : '*';
}

function formatRange({ lower, upper }: RangeQuery): string {
  const open = lower?.inclusive === false ? '{' : '[';
  const close = upper?.inclusive === false ? '}' : ']';
  return `${open}${formatBound(lower)} TO ${formatBound(upper)}${close}`;
}

function formatBound(bound: RangeBound | undefined): string {
  if (!bound) return '*';
  return SIMPLE_BOUND.test(bound.text) ? bound.text : quoteText(bound.text);
}

function quoteText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function escapeSpecial(text: string): string {
  return text.replaceAll(SPECIAL, '\\$&');
}

function byCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
