import { describe, expect, it } from '@jest/globals';
import { patternFor } from './same-pattern.ts';

const patterns = [
  { text: 'Accepted <*> for <*>', example: 'Accepted key for ada' },
  { text: 'Failed password for <*> port <*>', example: 'Failed password for root port 1' },
];

describe('the pattern of a line', () => {
  it('is the one that has it as its example', () => {
    const odd = { text: '<*> <...>', example: 'Accepted key for ada' };
    expect(patternFor('Accepted key for ada', [patterns[1] ?? odd, odd])).toBe(odd);
  });

  it('is found behind a time stamp of any number of words', () => {
    for (const stamp of [
      '',
      '2026-11-28T10:00:00Z ',
      'Nov 28 10:00:00 ',
      '[28/Nov/2026 10:00:00 +0100] ',
    ]) {
      expect(patternFor(`${stamp}Failed password for mira port 22`, patterns)).toBe(patterns[1]);
    }
  });

  it('is none where no pattern fits', () => {
    expect(patternFor('Failed password for mira', patterns)).toBeUndefined();
  });
});
