import type { QueryField } from '@apiary/common/messages/query-field.ts';
import { countField, type FieldCounts } from '../../state/search-fields.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { type Recounted, useRecounted } from '../../state/use-recounted.ts';

/** The counts of a field's members, kept up to date. */
export function useFieldCounts(
  asked: { readonly query: string; readonly range: TimeRange; readonly field: QueryField },
  total: number,
): Recounted<FieldCounts> {
  const key = JSON.stringify([asked.query, asked.range, asked.field.members]);
  return useRecounted(key, total, (signal) => countField(asked, Date.now(), signal));
}
