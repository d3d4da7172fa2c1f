/** Conditions of rules as sentences. */
import type { Alert, RuleCondition } from '@apiary/common/messages/alerts.ts';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { durationWords } from '../../state/time-range.ts';

/** `at least 50 lines in 1 minute`: when a rule with this condition fires. */
export function conditionWords(condition: RuleCondition): string {
  switch (condition.type) {
    case 'count':
      return `at least ${countOf(condition.count, 'line')} in ${durationWords(condition.windowMs)}`;
    case 'rate': {
      const many = condition.direction === 'up' ? 'as many' : 'fewer';
      const window = durationWords(condition.windowMs);
      return `${condition.factor} times ${many} lines in ${window} as in the time before`;
    }
    case 'absence':
      return `no line for ${durationWords(condition.windowMs)}`;
    case 'first':
      return condition.field
        ? `a value of ${condition.field} that never came before`
        : 'a pattern that never came before';
    case 'threshold': {
      const times = condition.count === 1 ? '' : `${wholeNumber(condition.count)} times `;
      return `${condition.field} ${times}${condition.direction} ${condition.value} in ${durationWords(condition.windowMs)}`;
    }
    case 'sustained':
      return `${condition.field} ${condition.direction} ${condition.value} for ${durationWords(condition.windowMs)}`;
    case 'check':
      return `a check that is ${condition.level === 'critical' ? 'critical' : 'not well'} ${countOf(condition.attempts, 'time')} in a row, or flaps`;
    case 'ratio':
      return `more than ${percent(condition.above)} of the lines with ${condition.of || '*'} in ${durationWords(condition.windowMs)}`;
    case 'agent-dead':
      return 'an agent is not heard any more';
    case 'target-failed':
      return 'a target cannot be watched';
  }
}

/** `14 lines in 5 minutes, limit 1`: what an alert measured, beside its limit. */
export function measuredWords(alert: Alert, condition: RuleCondition | undefined): string {
  if (!condition) return '';
  switch (condition.type) {
    case 'count':
      return `${countOf(alert.value, 'line')} in ${durationWords(condition.windowMs)}, limit ${wholeNumber(condition.count)}`;
    case 'rate':
      return `${round(alert.value)} times the time before, limit ${condition.factor}`;
    case 'ratio':
      return `${percent(alert.value)} of the lines, limit ${percent(condition.above)}`;
    case 'threshold':
    case 'sustained':
      return `${condition.field} ${round(alert.value)}, limit ${condition.value}`;
    default:
      return conditionWords(condition);
  }
}

function percent(share: number): string {
  return `${round(share * 100)} %`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
