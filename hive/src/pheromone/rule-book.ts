/** Rules and silences as people make and change them. */
import type { Actor } from '@apiary/common/bus/bus.ts';
import { eachDocument } from '@apiary/common/documents/pages.ts';
import { AppError } from '@apiary/common/errors.ts';
import { RULES_MAX, SILENCES_MAX } from '@apiary/common/limits/alerts.ts';
import {
  type Rule,
  type RuleInput,
  ruleInputSchema,
  type Silence,
  type SilenceInput,
} from '@apiary/common/messages/alerts.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { newId } from '@apiary/common/random.ts';
import { isTimeZone } from '@apiary/common/time/recurrence.ts';
import type { Parts } from './parts.ts';
import { isReported, REPORTED_GROUPS } from './reports.ts';

/** See the file's head. */
export class RuleBook {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All rules by name. */
  async rules(): Promise<Rule[]> {
    const rules: Rule[] = [];
    for await (const { document } of eachDocument(this.#parts.model.rules)) rules.push(document);
    return rules.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  /** Makes or replaces rules: all of them or none. @throws AppError `query-syntax`, `too-many`, … */
  async put(inputs: readonly RuleInput[], actor: Actor): Promise<Rule[]> {
    const checked = inputs.map(checkRule);
    const { rules } = this.#parts.model;
    const before = await Promise.all(checked.map(({ id }) => rules.get(id)));
    const fresh = before.filter((rule) => rule === undefined).length;
    if ((await rules.count()) + fresh > RULES_MAX) {
      throw new AppError('too-many', `${RULES_MAX} rules are the most there may be.`);
    }
    return await Promise.all(
      checked.map(async (rule) => {
        const written = await rules.update(rule.id, (before) => this.#stamp(rule, before, actor));
        if (!written) throw new AppError('not-found', `The rule ${rule.id} went meanwhile.`);
        return written.document;
      }),
    );
  }

  /** Makes or changes what differs; says what became of each. @throws AppError as {@link put} */
  async apply(inputs: readonly RuleInput[], actor: Actor) {
    const before = new Map((await this.rules()).map((rule) => [rule.id, rule]));
    const checked = inputs.map(checkRule);
    const twice = checked.find((rule, at) => checked.findIndex(({ id }) => id === rule.id) !== at);
    if (twice) throw new AppError('request-invalid', `The rule ${twice.id} is there twice.`);
    const outcomes = checked.map((rule) => {
      const known = before.get(rule.id);
      const outcome = !known ? 'made' : isSame(known, rule) ? 'same' : 'changed';
      return { id: rule.id, name: rule.name, outcome } as const;
    });
    const changed = checked.filter((_, index) => outcomes[index]?.outcome !== 'same');
    if (changed.length > 0) await this.put(changed, actor);
    return outcomes;
  }

  /** Removes rules; their alerts end. Gives the ids of those that were there. */
  async remove(ids: readonly string[]): Promise<string[]> {
    const gone = await Promise.all(ids.map((id) => this.#parts.model.rules.delete(id)));
    return ids.filter((_, index) => gone[index]);
  }

  /** Silences that are not over, the one that ends first first. */
  async silences(): Promise<Silence[]> {
    const now = this.#parts.context.clock.now();
    const silences: Silence[] = [];
    for await (const { document } of eachDocument(this.#parts.model.silences)) {
      if (document.untilMs > now) silences.push(document);
    }
    return silences.sort((a, b) => a.untilMs - b.untilMs);
  }

  /** Makes and changes silences; those that are over are deleted on the way. @throws AppError `too-many`, … */
  async silence(inputs: readonly SilenceInput[], actor: Actor): Promise<Silence[]> {
    const { context, model, silences } = this.#parts;
    const now = context.clock.now();
    const over = [...silences.values()].filter(({ untilMs }) => untilMs <= now);
    await Promise.all(over.map(({ id }) => model.silences.delete(id)));
    const fresh = inputs.filter(({ id }) => id === undefined);
    if ((await model.silences.count()) + fresh.length > SILENCES_MAX) {
      throw new AppError('too-many', `${SILENCES_MAX} silences are the most there may be.`);
    }
    const made = inputs.map((input) => newSilence(input, actor, now));
    return await Promise.all(
      made.map(async (silence) => {
        const put = await model.silences.update(silence.id, (before) =>
          before ? { ...silence, ...madeBy(before) } : silence,
        );
        return put?.document ?? silence;
      }),
    );
  }

  /** Ends silences. Gives the ids of those that were there. */
  async unsilence(ids: readonly string[]): Promise<string[]> {
    const gone = await Promise.all(ids.map((id) => this.#parts.model.silences.delete(id)));
    return ids.filter((_, index) => gone[index]);
  }

  #stamp(rule: CheckedRule, before: Rule | undefined, actor: Actor): Rule {
    const now = this.#parts.context.clock.now();
    return {
      ...rule,
      createdMs: before?.createdMs ?? now,
      createdBy: before?.createdBy ?? actor.name,
      // Never the same as before, or nobody would see the change.
      updatedMs: Math.max(now, (before?.updatedMs ?? 0) + 1),
      updatedBy: actor.name,
    };
  }
}

/** A rule with its id and all that it left out. */
export type CheckedRule = Omit<Rule, 'createdMs' | 'createdBy' | 'updatedMs' | 'updatedBy'>;

/** Checks queries and fills in the id. @throws AppError `query-syntax`, `request-invalid` */
export function checkRule(input: RuleInput): CheckedRule {
  const rule = ruleInputSchema.parse(input);
  checkQuery(rule.query);
  const { condition } = rule;
  if (condition.type === 'ratio') checkQuery(condition.of);
  const id = rule.id ?? idOf(rule.name);
  if (id === '') throw new AppError('request-invalid', `Give the rule "${rule.name}" an id.`);
  if (!isReported(condition.type)) return { ...rule, id };
  return { ...rule, id, groupBy: [...REPORTED_GROUPS[condition.type]] };
}

function newSilence(input: SilenceInput, actor: Actor, nowMs: number): Silence {
  const { recurs, group = {}, reason = '', ...rest } = input;
  const fromMs = input.fromMs ?? nowMs;
  if (input.untilMs <= Math.max(fromMs, nowMs)) {
    throw new AppError('request-invalid', 'A silence ends after it begins, and in the future.');
  }
  const zone = recurs?.zone ?? 'UTC';
  if (!isTimeZone(zone)) throw new AppError('request-invalid', `There is no time zone ${zone}.`);
  return {
    ...{
      ...rest,
      id: input.id ?? newId(),
      group,
      reason,
      fromMs,
      createdBy: actor.name,
      createdMs: nowMs,
    },
    ...(recurs ? { recurs: { ...recurs, zone } } : {}),
  };
}

function madeBy({ createdBy, createdMs }: Silence): Pick<Silence, 'createdBy' | 'createdMs'> {
  return { createdBy, createdMs };
}

function checkQuery(text: string): void {
  const parsed = parseQuery(text);
  if (parsed.ok) return;
  const { message, ...details } = parsed.error;
  throw new AppError('query-syntax', `${text}: ${message}`, { details });
}

function idOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
}

function isSame(known: Rule, rule: CheckedRule): boolean {
  const { createdMs: _c, createdBy: _b, updatedMs: _u, updatedBy: _y, ...own } = known;
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort());
  return sorted(own) === sorted(rule);
}
