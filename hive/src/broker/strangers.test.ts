import { expect, test } from '@jest/globals';
import { Strangers } from './strangers.ts';

/** A socket that notes in `ended` that it was ended. */
function guest(ended: string[], name: string) {
  const made: { accountName: string | undefined; destroy(): void } = {
    accountName: undefined,
    destroy: () => ended.push(name),
  };
  return made;
}

test('who has signed in or left takes no place, and is never dropped', () => {
  const ended: string[] = [];
  const strangers = new Strangers(3);
  const [bee, first, second, third] = ['bee', 'first', 'second', 'third'].map((name) =>
    guest(ended, name),
  );
  if (!bee || !first || !second || !third) throw new Error('four were made');
  for (const each of [bee, first, second]) strangers.add(each);
  expect(strangers.isFull).toBe(true);
  bee.accountName = 'bee';
  expect(strangers.isFull).toBe(false);
  strangers.add(third);
  expect(strangers.isFull).toBe(true);
  strangers.remove(first);
  expect(strangers.isFull).toBe(false);
  expect([strangers.dropOldest(), strangers.dropOldest(), strangers.dropOldest()]).toEqual([
    true,
    true,
    false,
  ]);
  expect(ended).toEqual(['second', 'third']);
});
