import type { ComponentType } from 'react';
import { Link, Redirect } from 'wouter';
import {
  IconBell,
  IconClipboardList,
  IconHistory,
  IconKey,
  IconMailOff,
  IconShield,
  IconUsers,
} from '../components/icons.ts';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import './agents.css';
import './settings.css';
import './settings/channels.css';
import { NotFoundPage } from './not-found.tsx';
import { AuditSection } from './settings/audit.tsx';
import { ChannelsSection } from './settings/channels.tsx';
import { DeadLettersSection } from './settings/dead-letters.tsx';
import { RetentionSection } from './settings/retention.tsx';
import { SecuritySection } from './settings/security.tsx';
import { TokensSection } from './settings/tokens.tsx';
import { UsersSection } from './settings/users.tsx';

const RANK: Readonly<Record<string, number>> = { viewer: 0, editor: 1, admin: 2, system: 2 };

type Role = 'viewer' | 'editor' | 'admin';

interface Section {
  readonly id: string;
  readonly name: string;
  readonly icon: typeof IconUsers;
  readonly page: ComponentType;
  readonly least: Role;
}

const SECTIONS: readonly Section[] = [
  { id: 'users', name: 'Users and roles', icon: IconUsers, page: UsersSection, least: 'admin' },
  { id: 'tokens', name: 'API tokens', icon: IconKey, page: TokensSection, least: 'viewer' },
  {
    id: 'channels',
    name: 'Channels and devices',
    icon: IconBell,
    page: ChannelsSection,
    least: 'viewer',
  },
  {
    id: 'retention',
    name: 'Retention',
    icon: IconHistory,
    page: RetentionSection,
    least: 'viewer',
  },
  {
    id: 'dead-letters',
    name: 'Dead letters',
    icon: IconMailOff,
    page: DeadLettersSection,
    least: 'editor',
  },
  { id: 'security', name: 'Security', icon: IconShield, page: SecuritySection, least: 'viewer' },
  { id: 'audit', name: 'Audit log', icon: IconClipboardList, page: AuditSection, least: 'admin' },
];

/** Settings: sections at the left, those that the role may see. */
export function SettingsPage(props: { readonly section: string | undefined }) {
  const { session } = useServices();
  const state = useStore(session.state);
  const role = state.kind === 'signed-in' ? state.actor.role : 'viewer';
  const sections = SECTIONS.filter(({ least }) => (RANK[role] ?? 0) >= (RANK[least] ?? 0));
  const here = sections.find(({ id }) => id === props.section);
  if (props.section === undefined) return <Redirect to={`/settings/${sections[0]?.id}`} replace />;
  if (!here) return <NotFoundPage />;
  const Page = here.page;
  return (
    <div className="ap-page ap-settings">
      <nav className="ap-settings-nav" aria-label="Settings">
        <h1>Settings</h1>
        <ul>
          {sections.map(({ id, name, icon: Icon }) => (
            <li key={id}>
              <Link href={`/settings/${id}`} aria-current={id === here.id ? 'page' : undefined}>
                <Icon size={16} stroke={1.6} aria-hidden="true" />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="ap-settings-body">
        <Page />
      </div>
    </div>
  );
}
