import { describe, expect, test } from '@jest/globals';
import { mostOf, newestOf, valueSentence } from './value-lines.ts';

const line = (name: string, ...values: (number | undefined)[]) => ({
  key: name,
  name,
  color: 0,
  values,
});

describe('measured values in words', () => {
  test('are the newest and the most of what was measured', () => {
    const cpu = line('used', undefined, 90, 30, undefined);
    expect([newestOf(cpu), mostOf(cpu)]).toEqual([30, 90]);
    const percent = (value: number) => `${value} %`;
    expect(valueSentence('CPU', [cpu, line('idle', undefined)], percent)).toBe(
      'CPU: used 30 % now, 90 % at most; idle not measured.',
    );
    expect(valueSentence('CPU', [], percent)).toBe('CPU: not measured.');
  });
});
