/** A store that stops answering when a test says so: before a write is made, or after. */
import type { Collection, Documents } from '@apiary/common/documents/documents.ts';
import { AppError } from '@apiary/common/errors.ts';

/** How the next writes of one collection fail, in order; `answer-lost` writes first. */
export type WriteFault = 'refused' | 'answer-lost' | undefined;

/** Replacing documents of `collection` takes one of `faults` each time, as long as there are any. */
export function failingDocuments(
  documents: Documents,
  collection: string,
  faults: WriteFault[],
): Documents {
  return {
    collection: async (definition) => {
      const real = await documents.collection(definition);
      return definition.name === collection ? failingCollection(real, faults) : real;
    },
    onChange: (listener) => documents.onChange(listener),
    close: () => documents.close(),
  };
}

function failingCollection<T extends { readonly id: string }>(
  real: Collection<T>,
  faults: WriteFault[],
): Collection<T> {
  return {
    name: real.name,
    get: (id) => real.get(id),
    find: (filter, page) => real.find(filter, page),
    count: (filter) => real.count(filter),
    insert: (document) => real.insert(document),
    put: (document) => real.put(document),
    update: (id, change) => real.update(id, change),
    delete: (id, version) => real.delete(id, version),
    replace: async (document, version) => {
      const fault = faults.shift();
      const lost = new AppError('store-unreachable', 'the store was told to fail');
      if (fault === 'refused') throw lost;
      const written = await real.replace(document, version);
      if (fault === 'answer-lost') throw lost;
      return written;
    },
  };
}
