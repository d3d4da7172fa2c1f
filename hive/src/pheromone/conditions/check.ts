/**
 * The state of a monitoring check, judged as Nagios does: a bad result is *soft* until it came `attempts`
 * times in a row, then *hard*, and only hard states are told. A check that changes its state in half of its
 * last 21 results or more, later ones weighing more, *flaps*: it is told once, and holds until it changes in
 * less than a quarter (https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html).
 */
import type { RuleCondition } from '@apiary/common/messages/alerts.ts';
import type { Condition, Held, Sample, Verdict } from './condition.ts';
import { GroupTable } from './group-table.ts';
import { Holding } from './holding.ts';

type Check = Extract<RuleCondition, { type: 'check' }>;

const BAD: Readonly<Record<Check['level'], readonly string[]>> = {
  warning: ['WARNING', 'CRITICAL', 'UNKNOWN'],
  critical: ['CRITICAL'],
};
const RESULTS = 21;
const FLAPPING_FROM = 0.5;
const FLAPPING_UNTIL = 0.25;
/** Weight of the oldest and of the newest change. */
const [WEIGHT_OLDEST, WEIGHT_NEWEST] = [0.8, 1.2];

interface Group {
  lastMs: number;
  /** Bad results in a row. */
  bad: number;
  /** The first of them, or the first that flapped. */
  first: string;
  flaps: boolean;
  /** True for each bad one of the last results, oldest first. */
  readonly results: boolean[];
}

/** See the file's head. Judged with each sample; results that come out of order are passed over. */
export class CheckCondition implements Condition {
  readonly field = 'status';
  readonly horizonMs: number;
  readonly #condition: Check;
  readonly #holding = new Holding();
  readonly #groups = new GroupTable<Group>(
    () => ({ lastMs: Number.NEGATIVE_INFINITY, bad: 0, first: '', flaps: false, results: [] }),
    (group) => group.bad > 0,
  );

  constructor(condition: Check) {
    this.#condition = condition;
    this.horizonMs = condition.windowMs;
  }

  add({ id, timeMs, group: name, values }: Sample): void {
    const [status] = values;
    if (status === undefined) return;
    const group = this.#groups.touch(name);
    if (timeMs <= group.lastMs) return;
    group.lastMs = timeMs;
    const isBad = BAD[this.#condition.level].includes(status.toUpperCase());
    if (isBad && group.bad === 0 && !group.flaps) group.first = id;
    group.bad = isBad ? group.bad + 1 : 0;
    group.results.push(isBad);
    if (group.results.length > RESULTS) group.results.shift();
    const share = changes(group.results);
    group.flaps = share >= (group.flaps ? FLAPPING_UNTIL : FLAPPING_FROM);
    const holds = group.flaps || group.bad >= this.#condition.attempts;
    const stays = isBad && this.#holding.has(name);
    this.#holding.set({
      ...{ group: name, holds: holds || stays, atMs: timeMs },
      ...{ first: () => group.first || id, value: group.bad },
    });
  }

  advance(): void {}

  dueMs(): undefined {
    return undefined;
  }

  take(): Verdict[] {
    return this.#holding.take();
  }

  restore(held: Held): void {
    this.#holding.restore(held);
    this.#groups.touch(held.group).first = held.first;
  }

  memory(): undefined {
    return undefined;
  }
}

/** The weighted share of changes; nothing is said of fewer than RESULTS results. */
function changes(results: readonly boolean[]): number {
  if (results.length < RESULTS) return 0;
  let sum = 0;
  for (let index = 1; index < RESULTS; index++) {
    if (results[index] === results[index - 1]) continue;
    sum += WEIGHT_OLDEST + ((WEIGHT_NEWEST - WEIGHT_OLDEST) * (index - 1)) / (RESULTS - 2);
  }
  return sum / (RESULTS - 1);
}
