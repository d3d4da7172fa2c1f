/** The conditions by type. Adding one is a file, a schema in `common/src/messages/alerts.ts`, and a line here. */
import type { Rule } from '@apiary/common/messages/alerts.ts';
import { AbsenceCondition } from './absence.ts';
import { CheckCondition } from './check.ts';
import type { Condition, ConditionStart } from './condition.ts';
import { CountCondition } from './count.ts';
import { FirstCondition } from './first.ts';
import { RateCondition } from './rate.ts';
import { RatioCondition } from './ratio.ts';
import { ReportedCondition } from './reported.ts';
import { SustainedCondition } from './sustained.ts';
import { ThresholdCondition } from './threshold.ts';

/** Makes the condition of a rule. */
export function createCondition(
  { condition, groupBy }: Pick<Rule, 'condition' | 'groupBy'>,
  start: ConditionStart,
): Condition {
  switch (condition.type) {
    case 'count':
      return new CountCondition(condition);
    case 'threshold':
      return new ThresholdCondition(condition);
    case 'sustained':
      return new SustainedCondition(condition);
    case 'check':
      return new CheckCondition(condition);
    case 'first':
      return new FirstCondition(condition, start);
    case 'rate':
      return new RateCondition(condition, start);
    case 'ratio':
      return new RatioCondition(condition, start);
    case 'absence':
      return new AbsenceCondition(condition, start, groupBy.length > 0);
    case 'agent-dead':
    case 'target-failed':
      return new ReportedCondition();
  }
}
