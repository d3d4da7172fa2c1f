/**
 * Rules as code: a YAML file with `rules:`, each as the API takes it. Durations may be written as
 * `windowMs: 300000` or as `window: 5m` (`s`, `m`, `h`, `d`); what a rule leaves out has its default.
 */
import { AppError } from '@apiary/common/errors.ts';
import { RULES_MAX } from '@apiary/common/limits/alerts.ts';
import { type Rule, type RuleInput, ruleInputSchema } from '@apiary/common/messages/alerts.ts';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)\s*(s|m|h|d)$/;
const fileSchema = z.object({ rules: z.array(z.unknown()).max(RULES_MAX) });

/** Reads a file of rules. @throws AppError `request-invalid` naming the rule and the field */
export function parseRules(yaml: string): RuleInput[] {
  let content: unknown;
  try {
    // Aliases could make a small file enormous.
    content = parse(yaml, { maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new AppError('request-invalid', `This is no YAML: ${message}`, { cause: error });
  }
  const file = fileSchema.safeParse(content);
  if (!file.success) {
    throw new AppError('request-invalid', 'A file of rules begins with `rules:` and a list.');
  }
  return file.data.rules.map((entry, index) => {
    const rule = ruleInputSchema.safeParse(withMilliseconds(entry));
    if (rule.success) return rule.data;
    const issue = rule.error.issues[0];
    const where = ['rules', index + 1, ...(issue?.path ?? [])].join('.');
    throw new AppError('request-invalid', `${where}: ${issue?.message ?? 'invalid'}`);
  });
}

/** Writes rules as such a file, without what people did not write. */
export function formatRules(rules: readonly Rule[]): string {
  const entries = rules.map(
    ({ createdMs: _c, createdBy: _b, updatedMs: _u, updatedBy: _y, ...rule }) => {
      const defaults = ruleInputSchema.parse({ name: rule.name, condition: rule.condition });
      const own = Object.entries(rule).filter(([key, value]) => {
        const byDefault = Object.entries(defaults).find(([name]) => name === key)?.[1];
        const isNeeded = key === 'id' || key === 'name' || key === 'condition';
        return isNeeded || JSON.stringify(value) !== JSON.stringify(byDefault);
      });
      return withUnits(Object.fromEntries(own));
    },
  );
  return stringify({ rules: entries });
}

function withMilliseconds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMilliseconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const match = typeof member === 'string' ? DURATION.exec(member.trim()) : null;
      const name = match ? DURATION_KEYS.get(key) : undefined;
      if (!match || name === undefined) return [key, withMilliseconds(member)];
      // The pattern allows these units alone.
      const unit = match[2] as keyof typeof UNITS_MS;
      return [name, Math.round(Number(match[1]) * UNITS_MS[unit])];
    }),
  );
}

const DURATION_KEYS = new Map(
  ['window', 'learn', 'for', 'repeat', 'after'].map((name) => [name, `${name}Ms`]),
);

function withUnits(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnits);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const name = key.endsWith('Ms') ? key.slice(0, -2) : undefined;
      if (name === undefined || typeof member !== 'number') return [key, withUnits(member)];
      return DURATION_KEYS.has(name) ? [name, durationOf(member)] : [key, member];
    }),
  );
}

function durationOf(ms: number): string {
  for (const [unit, length] of Object.entries(UNITS_MS).reverse()) {
    if (ms > 0 && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms / 1000}s`;
}
