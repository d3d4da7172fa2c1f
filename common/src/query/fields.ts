/**
 * Schema on read: fields are found in the line when somebody asks for them. A line's JSON object
 * comes first (also behind a prefix), then `key=value` pairs.
 */
import { FIELD_VALUES_MAX } from '../limits.ts';
import { jsonStart, walkJson } from './json-fields.ts';
import { findKeyValue, walkKeyValues } from './key-value-fields.ts';

/** One field of a line. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/**
 * The values of a field, at most {@link FIELD_VALUES_MAX}: several where an array lies on its path.
 * `a.b` names both the member `b` of `a` and a member called `a.b`. Names are case-sensitive;
 * `null` is no value. A name that JSON writes with escapes is not found.
 */
export function extractFieldValues(body: string, name: string): readonly string[] {
  const lastPart = name.slice(name.lastIndexOf('.') + 1);
  if (name === '' || !body.includes(lastPart)) return [];
  const values: string[] = [];
  const start = jsonStart(body);
  if (start >= 0 && body.includes(`${lastPart}"`, start)) {
    walkJson(body, start, (path, value) => {
      if (path === name) values.push(value);
      return values.length < FIELD_VALUES_MAX;
    });
  }
  if (values.length > 0) return values;
  const value = findKeyValue(body, name);
  return value === undefined ? [] : [value];
}

/** The first value of a field, or undefined: see {@link extractFieldValues}. */
export function extractField(body: string, name: string): string | undefined {
  return extractFieldValues(body, name)[0];
}

/** The fields of a line from the left, at most `countMax`; a name may come more than once. */
export function extractFields(body: string, countMax: number): Field[] {
  const fields: Field[] = [];
  if (countMax <= 0) return fields;
  const start = jsonStart(body);
  if (start >= 0) {
    walkJson(body, start, (name, value) => {
      fields.push({ name, value });
      return fields.length < countMax;
    });
  }
  if (fields.length >= countMax) return fields;
  const text = start >= 0 ? body.slice(0, start) : body;
  if (text.includes('=')) {
    walkKeyValues(text, (name, value) => {
      fields.push({ name, value });
      return fields.length < countMax;
    });
  }
  return fields;
}
