/**
 * Messages of one rule that come all at once: the first few are told one by one, what follows is told together, one
 * message for all that fire, one for all that are over. Part of the rule's state, so that a crash forgets nobody.
 */
import { createHash } from 'node:crypto';
import {
  ALERT_TEXT_CHARS_MAX,
  ALERT_TITLE_CHARS_MAX,
  BUNDLE_ALERTS_MAX,
  BUNDLE_TITLES_SHOWN,
  BUNDLE_WAIT_MS,
  BUNDLE_WINDOW_MS,
} from '@apiary/common/limits/alerts.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { DeliveryMessage } from '@apiary/common/messages/delivery.ts';
import { idText } from '@apiary/common/random.ts';
import { z } from 'zod';

const BUNDLED_KINDS = ['fired', 'repeated', 'acknowledged', 'resolved'] as const;
type BundledKind = (typeof BUNDLED_KINDS)[number];

/** What a rule's state keeps of it. */
export const bundlingSchema = z.object({
  /** Messages that were told one by one lately, bundles included. */
  told: z.array(z.object({ id: z.string(), atMs: z.number() })).default([]),
  /** What is told together next. */
  waiting: z
    .array(
      z.object({
        /** The message's id. */
        id: z.string(),
        kind: z.enum(BUNDLED_KINDS),
        alert: z.string(),
        title: z.string(),
        atMs: z.number(),
      }),
    )
    .default([]),
});

/** See {@link bundlingSchema}. */
export type BundlingState = z.output<typeof bundlingSchema>;

/** See the file's head. */
export class Bundling {
  #told: BundlingState['told'];
  #waiting: BundlingState['waiting'];
  /** Messages in bundles that are not written yet: until then all that happened may be composed again. */
  readonly #unwritten = new Set<string>();

  constructor(state: BundlingState) {
    this.#told = [...state.told];
    this.#waiting = [...state.waiting];
  }

  get state(): BundlingState {
    return { told: [...this.#told], waiting: [...this.#waiting] };
  }

  /** When {@link take} has something to tell. */
  get dueMs(): number | undefined {
    if (this.#waiting.length >= BUNDLE_ALERTS_MAX) return 0;
    const [first] = this.#waiting;
    return first && first.atMs + BUNDLE_WAIT_MS;
  }

  /** True where a message is told together with others; the same answer for the same message. */
  isBundled(message: DeliveryMessage, after: number, nowMs: number): boolean {
    const { id, alert, title } = message;
    const kind = BUNDLED_KINDS.find((each) => each === message.kind);
    if (after === 0 || !kind || this.#told.some((told) => told.id === id)) return false;
    if (this.#unwritten.has(id) || this.#waiting.some((waiting) => waiting.id === id)) return true;
    this.#told = this.#told.filter(({ atMs }) => atMs > nowMs - BUNDLE_WINDOW_MS);
    if (this.#told.length < after) {
      this.#told.push({ id, atMs: nowMs });
      return false;
    }
    this.#waiting.push({ id, kind, alert, title, atMs: nowMs });
    return true;
  }

  /** The state is written: what is in a bundle is not composed again. */
  written(): void {
    this.#unwritten.clear();
  }

  /** The bundles that are due; all of them with `isLast`, as the rule ends. */
  take(rule: Rule, nowMs: number, isLast: boolean): DeliveryMessage[] {
    const { dueMs } = this;
    if (dueMs === undefined || (dueMs > nowMs && !isLast)) return [];
    const waiting = this.#waiting.splice(0);
    for (const { id } of waiting) this.#unwritten.add(id);
    const bundles = BUNDLED_KINDS.flatMap((kind) => {
      const members = waiting.filter((each) => each.kind === kind);
      return members.length === 0 ? [] : bundleOf(rule, kind, members, nowMs);
    });
    this.#told.push(...bundles.map(({ id }) => ({ id, atMs: nowMs })));
    return bundles;
  }
}

function bundleOf(
  rule: Rule,
  kind: BundledKind,
  members: BundlingState['waiting'],
  atMs: number,
): DeliveryMessage {
  const first = members[0]?.id ?? '';
  const hash = createHash('sha256').update(`bundle\0${rule.id}\0${kind}\0${first}`).digest();
  const alert = idText(hash.subarray(0, 16));
  const { length } = members;
  const what = `${length} ${kind === 'fired' ? 'more ' : ''}${length === 1 ? 'alert' : 'alerts'}`;
  const titles = members.slice(0, BUNDLE_TITLES_SHOWN).map(({ title }) => title);
  const rest = length - titles.length;
  return {
    version: 1,
    id: `${alert}.${kind}`,
    ...{ alert, rule: rule.id, ruleName: rule.name, kind, severity: rule.severity },
    title: `${rule.name}: ${what}`.slice(0, ALERT_TITLE_CHARS_MAX),
    text: [...titles, ...(rest > 0 ? [`and ${rest} more`] : [])]
      .join('\n')
      .slice(0, ALERT_TEXT_CHARS_MAX),
    lines: [],
    link: '/alerts',
    group: {},
    ...{ channels: rule.channels, users: rule.users, atMs },
    bundles: members.map((member) => member.alert),
  };
}
