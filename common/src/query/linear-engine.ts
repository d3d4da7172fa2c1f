/**
 * Regular expressions of people run with V8's linear-time engine behind them. It is let in where the first one is made,
 * not on the command line: with the flag there Node refuses the compiled code that it carries for its own modules, and
 * compiles all of them again at each start. Measured at the start of a Bee: 14 ms of processor time.
 */
import { setFlagsFromString } from 'node:v8';

let isLetIn = false;

/**
 * As `new RegExp`: the engine takes over after excessive backtracking, in expressions that it supports (see `regex.ts`).
 *
 * @throws SyntaxError
 */
export function linearRegExp(source: string, flags = ''): RegExp {
  if (!isLetIn) {
    setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
    isLetIn = true;
  }
  return new RegExp(source, flags);
}
