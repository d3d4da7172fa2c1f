/** Gathers what the palette can find. */
import type { AgentView } from '@apiary/common/messages/agent.ts';
import type { Rule } from '@apiary/common/messages/alerts.ts';
import type { Dashboard } from '@apiary/common/messages/dashboard.ts';
import type { SavedQuery } from '@apiary/common/messages/saved-query.ts';
import { standingOf } from '../components/agent-standing.ts';
import { PLACES } from '../components/places.ts';
import { safeText } from '../log-list/display.ts';
import { conditionWords } from '../pages/alerts/condition-words.ts';
import { DOC_PAGES } from '../pages/docs/doc-pages.ts';
import { parseMarkdown } from '../pages/docs/markdown.ts';
import { formatAddress } from '../state/address.ts';
import { savedAddress } from '../state/saved-queries.ts';
import { DEFAULT_RANGE } from '../state/time-range.ts';
import type { PaletteItem } from './palette-item.ts';

/** Pages that have no place of their own in the bars. */
const MORE_PAGES = [
  { path: '/agents/add', name: 'Add targets', words: 'watch files logs' },
  { path: '/start', name: 'Install a Bee', words: 'first run machine host agent new phone ntfy' },
  { path: '/alerts/rules', name: 'Rules', words: 'alerts conditions' },
  { path: '/alerts/silences', name: 'Silences', words: 'alerts maintenance quiet mute' },
  { path: '/alerts/history', name: 'Alert history', words: 'alerts fired past' },
  { path: '/alerts/rules/new', name: 'New rule', words: 'alert condition make' },
  { path: '/settings/users', name: 'Users and roles', words: 'settings people password' },
  { path: '/settings/tokens', name: 'API tokens', words: 'settings scopes' },
  { path: '/settings/channels', name: 'Channels and devices', words: 'settings slack e-mail push' },
  { path: '/settings/retention', name: 'Retention', words: 'settings days keep delete disk size' },
  {
    path: '/settings/dead-letters',
    name: 'Dead letters',
    words: 'settings quarantine refused poison messages',
  },
  { path: '/settings/security', name: 'Security', words: 'settings sessions password signed in' },
  { path: '/settings/audit', name: 'Audit log', words: 'settings changes who' },
  { path: '/docs', name: 'Documentation', words: 'help manual' },
] as const;

/** Pages and the headings of the documentation. */
export function fixedItems(): PaletteItem[] {
  const pages = [...PLACES, ...MORE_PAGES].map(
    ({ path, name, words }): PaletteItem => ({
      id: `page:${path}`,
      group: 'page',
      title: name,
      note: '',
      words,
      path,
    }),
  );
  return [...pages, ...docItems()];
}

function docItems(): PaletteItem[] {
  return [...DOC_PAGES.values()].flatMap(({ name, title, text }) =>
    parseMarkdown(text).flatMap((block): PaletteItem[] => {
      if (block.kind !== 'heading' || block.level > 3) return [];
      const first = block.level === 1;
      return [
        {
          id: `doc:${name}#${block.id}`,
          group: 'doc',
          title: block.text,
          note: first ? '' : title,
          words: first ? name : title,
          path: first ? `/docs/${name}` : `/docs/${name}#${block.id}`,
        },
      ];
    }),
  );
}

/** Agents, by name, tags, addresses and system. */
export function agentItems(agents: Iterable<AgentView>): PaletteItem[] {
  return [...agents].map((agent) => {
    const { facts, tags } = agent;
    const standing = standingOf(agent);
    const note = standing === 'alive' ? tags.join(', ') : [standing, ...tags].join(', ');
    return {
      id: `agent:${agent.id}`,
      group: 'agent',
      title: safeText(agent.name),
      note: safeText(note),
      words: [...tags, ...facts.addresses, facts.system, facts.hostName, agent.id].join(' '),
      path: `/agents/${agent.id}`,
    };
  });
}

/** Saved queries, by name and by their words. */
export function queryItems(queries: readonly SavedQuery[]): PaletteItem[] {
  return queries.map((saved) => ({
    id: `query:${saved.id}`,
    group: 'query',
    title: safeText(saved.name),
    note: saved.shared ? 'team' : 'mine',
    words: saved.query,
    path: `/search?${formatAddress(savedAddress(saved, DEFAULT_RANGE))}`,
  }));
}

/** Dashboards, by name and the titles of their panels. */
export function dashboardItems(dashboards: readonly Dashboard[]): PaletteItem[] {
  return dashboards.map(({ id, name, shared, panels }) => ({
    id: `dashboard:${id}`,
    group: 'dashboard',
    title: safeText(name),
    note: shared ? 'team' : 'mine',
    words: panels.map(({ title }) => title).join(' '),
    path: `/dashboards/${id}`,
  }));
}

/** Alert rules, by name, id and the words of their queries. */
export function ruleItems(rules: readonly Rule[]): PaletteItem[] {
  return rules.map((rule) => ({
    id: `rule:${rule.id}`,
    group: 'rule',
    title: safeText(rule.name),
    note: rule.enabled ? conditionWords(rule.condition) : 'off',
    words: `${rule.id} ${rule.query}`,
    path: `/alerts/rules/${rule.id}`,
  }));
}

/** Where a text that is no entry leads: the lines with it. */
export function searchPath(query: string): string {
  const address = { query, range: DEFAULT_RANGE, line: undefined, wrap: false };
  return `/search?${formatAddress(address)}`;
}
