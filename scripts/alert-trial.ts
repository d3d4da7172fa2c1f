/** `./apiary alerts try`: when rules would have fired on what is stored, before anybody is told by them. */
import { readFile } from 'node:fs/promises';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { RULES_FILE_CHARS_MAX } from '@apiary/common/limits/alerts.ts';
import type { Rule, RuleInput } from '@apiary/common/messages/alerts.ts';
import { parseTimeRange } from '@apiary/common/time/range.ts';
import { ALERT_ROUTES } from '@apiary/queen/alert-routes.ts';
import type { ApiClient } from './api-client.ts';
import { dayAndTime, printable } from './terminal-text.ts';

const FILE = /\.ya?ml$/i;

/** A trial as it is printed, and as the API gave it: `{ rules: […] }` for a file. */
export interface Trial {
  readonly text: string;
  readonly document: object;
}

/** The text of a file of rules. @throws AppError `setting-invalid`, `too-large` */
export async function readRulesFile(file: string): Promise<string> {
  const yaml = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('setting-invalid', `${file} cannot be read`, { cause: error });
  });
  if (yaml.length > RULES_FILE_CHARS_MAX) {
    throw new AppError('too-large', `${file} is longer than ${RULES_FILE_CHARS_MAX} characters`);
  }
  return yaml;
}

/**
 * Tries a rule that there is, or all rules of a YAML file, which need not be applied, one after the other.
 *
 * @param from the begin of the time that is looked at, as `--from` of a search
 * @throws AppError `not-found`, `setting-invalid`, `request-invalid` for a file that is wrong
 */
export async function tryRules(client: ApiClient, word: string, from: string): Promise<Trial> {
  const nowMs = Date.now();
  const range = parseTimeRange(from, undefined, {
    nowMs,
    zoneOffsetMinutes: -new Date(nowMs).getTimezoneOffset(),
  });
  if (range?.fromMs === undefined) {
    throw new AppError('setting-invalid', `--from ${from}: expected a time, such as 24h`);
  }
  const isFile = FILE.test(word);
  const rules = isFile ? await rulesOfFile(word) : [await knownRule(client, word)];
  const lines: string[] = [];
  const answers: object[] = [];
  for (const rule of rules) {
    const request = { rule, from: range.fromMs, to: nowMs };
    const answer = await client.call(ALERT_ROUTES.tryRule, request).catch((error: unknown) => {
      const { code, message } = toAppError(error);
      throw new AppError(code, `${rule.name}: ${message}`, { cause: error });
    });
    answers.push({ rule: rule.id ?? rule.name, ...answer });
    if (isFile) lines.push(`${printable(rule.name)}:`);
    for (const alert of answer.alerts) {
      const until = alert.resolvedMs === undefined ? 'now' : dayAndTime(alert.resolvedMs);
      lines.push(`${dayAndTime(alert.firedMs)} until ${until}  ${printable(alert.title)}`);
    }
    const end = answer.complete ? '' : `, but no further than ${dayAndTime(answer.untilMs)}`;
    const { length } = answer.alerts;
    lines.push(`It would have fired ${length} times on ${answer.examined} matching lines${end}.`);
  }
  const document = isFile ? { rules: answers } : (answers[0] ?? {});
  return { text: lines.map((line) => `${line}\n`).join(''), document };
}

async function rulesOfFile(file: string): Promise<RuleInput[]> {
  // Read here as well as it is by the Hive when it is applied: both say the same of what is wrong.
  const { parseRules } = await import('@apiary/hive/pheromone/rules-file.ts');
  const rules = parseRules(await readRulesFile(file));
  if (rules.length === 0) throw new AppError('setting-invalid', `${file} has no rules`);
  return rules;
}

async function knownRule(client: ApiClient, id: string): Promise<RuleInput> {
  const { rules } = await client.call(ALERT_ROUTES.listRules);
  const rule = rules.find((each) => each.id === id);
  if (!rule) throw new AppError('not-found', `There is no rule ${id}.`);
  return inputOf(rule);
}

function inputOf({ createdMs: _c, createdBy: _b, updatedMs: _u, updatedBy: _y, ...rule }: Rule) {
  return rule;
}
