/** The fields of a result: built-in ones of all its records, the others of the lines that were read. */
import { LINE_FIELDS_MAX, RESULT_FIELDS_MAX } from '@apiary/common/limits/analysis.ts';
import type {
  FieldFacts,
  FieldsPart,
  fieldsRequestSchema,
} from '@apiary/common/messages/analysis.ts';
import { isBuiltInField } from '@apiary/common/query/ast.ts';
import { extractFields, extractFieldValues } from '@apiary/common/query/fields.ts';
import { numberOf } from '@apiary/common/query/value-range.ts';
import type { z } from 'zod';
import type { RowColumns } from '../records/record-set.ts';
import { BuiltInCounts, COUNTED_FIELDS, isCountedField } from './built-in-counts.ts';
import { NumberSummary } from './number-summary.ts';
import type { Line, Progress, Reducer } from './reduce.ts';
import { ValueCounts } from './value-counts.ts';

type Request = z.output<typeof fieldsRequestSchema>;

interface LineField {
  records: number;
  isNumber: boolean;
  readonly values: ValueCounts;
  readonly numbers: NumberSummary;
}

/** See the file's head. */
export class FieldsReducer implements Reducer<FieldsPart> {
  readonly readsLines: boolean;
  readonly #request: Request;
  readonly #builtIn = new BuiltInCounts();
  readonly #lines = new Map<string, LineField>();
  readonly #omitted = new Set<string>();

  constructor(request: Request) {
    this.#request = request;
    this.readsLines = request.field === undefined || !isBuiltInField(request.field);
  }

  columns(columns: RowColumns, rows: Uint32Array): void {
    this.#builtIn.add(columns, rows);
  }

  line({ body }: Line): void {
    const { field } = this.#request;
    if (field !== undefined) {
      const values = extractFieldValues(body, field);
      if (values.length > 0) this.#add(field, values);
      return;
    }
    const byName = new Map<string, string[]>();
    for (const { name, value } of extractFields(body, LINE_FIELDS_MAX)) {
      // A line's own `host` or `level` cannot be asked for by that name.
      if (isBuiltInField(name)) continue;
      const values = byName.get(name);
      if (values) values.push(value);
      else byName.set(name, [value]);
    }
    for (const [name, values] of byName) this.#add(name, values);
  }

  part(progress: Progress): FieldsPart {
    const { field } = this.#request;
    const builtIn = COUNTED_FIELDS.filter((name) => field === undefined || name === field);
    const lines = [...this.#lines].sort(
      (a, b) => b[1].records - a[1].records || (a[0] < b[0] ? -1 : 1),
    );
    return {
      type: 'fields',
      ...progress,
      fields: [
        ...builtIn.map((name) => this.#builtInFacts(name)),
        ...lines.map(([name, facts]) => this.#lineFacts(name, facts)),
      ].filter(({ records }) => records > 0),
      omitted: this.#omitted.size,
    };
  }

  #add(name: string, values: readonly string[]): void {
    let field = this.#lines.get(name);
    if (!field) {
      if (this.#lines.size >= RESULT_FIELDS_MAX) {
        if (this.#omitted.size < RESULT_FIELDS_MAX) this.#omitted.add(name);
        return;
      }
      field = {
        records: 0,
        isNumber: true,
        values: new ValueCounts(),
        numbers: new NumberSummary(),
      };
      this.#lines.set(name, field);
    }
    field.records++;
    // A record with the same value twice has it once.
    for (const value of values.length > 1 ? new Set(values) : values) field.values.add(value);
    for (const value of values) {
      const number = numberOf(value);
      if (number === undefined || !Number.isFinite(number)) field.isNumber = false;
      else field.numbers.add(number);
    }
  }

  #builtInFacts(name: string): FieldFacts {
    if (!isCountedField(name)) throw new RangeError(`${name} is not counted`);
    const { records, values } = this.#builtIn.of(name);
    const { distinct, isExact } = values;
    const top = values.top(this.#request.values);
    return { name, builtIn: true, kind: 'text', records, distinct, isExact, values: top };
  }

  #lineFacts(name: string, { records, isNumber, values, numbers }: LineField): FieldFacts {
    const facts = numbers.facts;
    return {
      ...{ name, builtIn: false, kind: isNumber ? 'number' : 'text', records },
      ...{ distinct: values.distinct, isExact: values.isExact },
      values: values.top(this.#request.values),
      ...(facts && { numbers: facts }),
    };
  }
}
