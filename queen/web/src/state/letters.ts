/** Messages that were put aside, by Queen's API. */
import { decidedLettersSchema, lettersSchema } from '@apiary/common/messages/letters.ts';
import { callApi } from './http.ts';

/** Which of the two piles. */
export type LetterPile = 'dead' | 'quarantine';

/** Every call rejects with the AppError that Queen answered. */
export const letterDesk = {
  list: (queue: LetterPile) => callApi(`/api/dead-letters?queue=${queue}`, lettersSchema),
  decide: (
    queue: LetterPile,
    ids: readonly string[],
    action: 'requeue' | 'discard',
    text?: string,
  ) =>
    callApi('/api/dead-letters', decidedLettersSchema, {
      method: 'POST',
      body: { queue, ids, action, ...(text !== undefined && { text }) },
    }),
};
