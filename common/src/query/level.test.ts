import { expect, test } from '@jest/globals';
import { levelOf, recogniseLevel } from './level.ts';

test.each([
  ['2026-11-20 14:02:31,123 INFO [main] Started', 'info'],
  ['2026-11-20 14:02:31,123 - WARN  [SendWorker:1] - leaving', 'warn'],
  ['[Fri Nov 20 14:02:31 2026] [error] client denied', 'error'],
  ['[Fri Nov 20 14:02:31 2026] [notice] ready', 'info'],
  ['[Fri Nov 20 14:02:31.5 2026] [core:warn] [pid 1] x', 'warn'],
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"level":"Warning","msg":"x"}', 'warn'],
  ['{"msg":"x","severity": "CRITICAL"}', 'fatal'],
  ['{"log.level":"debug"}', 'debug'],
  ['{"PRIORITY":"3","MESSAGE":"x"}', 'error'],
  ['time=now level=debug msg="ERROR in a message"', 'debug'],
  ['ts=1 lvl=eror msg=x', undefined],
  ['<11>Nov 20 14:02:31 web app: x', 'error'],
  ['<191>1 2026-11-20T14:02:31Z web app - - x', 'debug'],
  ['E1120 14:02:31.123456 1 main.go:1] x', 'error'],
  ['F1120 14:02:31.123456 1 main.go:1] x', 'fatal'],
  ['SEVERE: Servlet failed', 'error'],
  ['Nov 20 14:02:31 web sshd[1]: error: Received disconnect', 'error'],
  ['Nov 20 14:02:31 web kernel: no errors here, information only', undefined],
  ['RAS KERNEL FATAL data storage interrupt', 'fatal'],
  ['pre-ERROR-post', undefined],
  ['', undefined],
  [`${'x '.repeat(300)}ERROR`, undefined],
])('%s is %s', (line, level) => {
  expect(recogniseLevel(line)).toBe(level);
});

test('names of levels are known by their aliases, in any case', () => {
  expect(['WARNING', 'Crit', 'err', 'panic', 'loud'].map(levelOf)).toEqual([
    'warn',
    'fatal',
    'error',
    'fatal',
    undefined,
  ]);
});
