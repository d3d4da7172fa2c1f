import { describe, expect, test } from '@jest/globals';
import { Succession } from './succession.ts';

describe('the succession of templates', () => {
  test('is that of each stream', () => {
    const succession = new Succession();
    const [one, two] = [{}, {}];
    succession.enter(one);
    for (const template of [0, 1, 0, 2, 0]) succession.went(template, false);
    expect([succession.newest, succession.older]).toEqual([2, 1]);
    succession.enter(two);
    expect([succession.newest, succession.older]).toEqual([-1, -1]);
    succession.went(1, false);
    expect([succession.newest, succession.older]).toEqual([0, -1]);
    succession.enter(one);
    expect([succession.newest, succession.older]).toEqual([2, 1]);
  });

  test('is not guessed from where guesses fail, until what is logged may have changed', () => {
    const succession = new Succession();
    const [vain, well] = [{}, {}];
    const go = (stream: object, rows: number, guessed: boolean) => {
      succession.enter(stream);
      for (let row = 0; row < rows; row++) succession.went(row % 7, guessed);
    };
    go(vain, 256, false);
    expect(succession.isGuessed).toBe(false);
    go(well, 256, true);
    expect(succession.isGuessed).toBe(true);
    go(vain, 4095, false);
    expect(succession.isGuessed).toBe(false);
    go(vain, 1, false);
    expect(succession.isGuessed).toBe(true);
  });
});
