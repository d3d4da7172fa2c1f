/** Refuses values that a built-in field can never have, while somebody is there to read it. */
import { parsePeriod } from '../time/range.ts';
import type { AllQuery, LeafQuery } from './ast.ts';
import { levelOf } from './level.ts';
import { problem } from './problem.ts';

/** @throws QueryProblem for `time:` without a time and for a range of `level:` without a level. */
export function checkBuiltIn(clause: LeafQuery | AllQuery): void {
  if (clause.kind === 'all' || clause.kind === 'exists') return;
  if (clause.field === 'time') checkTime(clause);
  if (clause.field === 'pattern') checkPattern(clause);
  if (clause.field !== 'level' || clause.kind !== 'range') return;
  for (const bound of [clause.lower, clause.upper]) {
    if (bound && levelOf(bound.text) === undefined) {
      const message = `${bound.text} is no level.`;
      throw problem(clause, message, 'trace, debug, info, warn, error or fatal');
    }
  }
}

function checkPattern(clause: LeafQuery): void {
  if (clause.kind === 'term' || (clause.kind === 'phrase' && clause.slop === 0)) return;
  const message = 'pattern: takes the text of a pattern in quotes.';
  throw problem(clause, message, 'a pattern such as "Failed password for <*>"');
}

function checkTime(clause: LeafQuery): void {
  const expected = 'a time such as 2026-11-20T14:02, now-15m or today';
  const texts: string[] = [];
  if (clause.kind === 'term' || clause.kind === 'phrase') texts.push(clause.text);
  else if (clause.kind === 'range') {
    for (const bound of [clause.lower, clause.upper]) if (bound) texts.push(bound.text);
  } else throw problem(clause, 'time: takes a time or a range of times.', expected);
  for (const text of texts) {
    // Only whether it is a time matters here, so any present will do.
    if (!parsePeriod(text, { nowMs: 0 })) throw problem(clause, `${text} is no time.`, expected);
  }
}
