/** The fields of a line as a tree: members of JSON objects below the name of their object. */
import { extractFields } from '@apiary/common/query/fields.ts';
import type { LogRecord } from '@apiary/common/record.ts';

/** A field with its value, or an object with its members. */
export type FieldNode =
  | {
      readonly kind: 'field';
      readonly name: string;
      /** The field's name in queries. */
      readonly field: string;
      readonly value: string;
    }
  | { readonly kind: 'object'; readonly name: string; readonly members: FieldNode[] };

/** Fields of a line that are listed. */
const FIELDS_MAX = 60;
/** Objects in one another that are drawn as such; deeper ones keep their dotted name. */
const DEPTH_MAX = 6;

/** What every line has, then what is found in it. */
export function fieldTree(record: LogRecord): FieldNode[] {
  const own = (['host', 'file', 'agent'] as const).map((name) => leaf(name, name, record[name]));
  const tags = record.tags.map((value) => leaf('tag', 'tag', value));
  const level = record.level ? [leaf('level', 'level', record.level)] : [];
  const tree: FieldNode[] = [...own, ...tags, ...level];
  for (const { name, value } of extractFields(record.body, FIELDS_MAX)) {
    place(tree, name.split('.'), name, value);
  }
  return tree.filter((node) => node.kind === 'object' || node.value !== '');
}

function leaf(name: string, field: string, value: string): FieldNode {
  return { kind: 'field', name, field, value };
}

function place(tree: FieldNode[], path: readonly string[], field: string, value: string): void {
  let members = tree;
  let depth = 0;
  for (; depth < path.length - 1 && depth < DEPTH_MAX; depth++) {
    const name = path[depth] ?? '';
    const known = members.find((node) => node.kind === 'object' && node.name === name);
    if (known?.kind === 'object') members = known.members;
    else {
      const made: FieldNode = { kind: 'object', name, members: [] };
      members.push(made);
      members = made.members;
    }
  }
  members.push(leaf(path.slice(depth).join('.'), field, value));
}
