import type { ComponentType } from 'react';
import { Link, Redirect } from 'wouter';
import {
  IconBell,
  IconClipboardList,
  IconKey,
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
import { SecuritySection } from './settings/security.tsx';
import { TokensSection } from './settings/tokens.tsx';
import { UsersSection } from './settings/users.tsx';

interface Section {
  readonly id: string;
  readonly name: string;
  readonly icon: typeof IconUsers;
  readonly page: ComponentType;
  readonly adminOnly: boolean;
}

const SECTIONS: readonly Section[] = [
  { id: 'users', name: 'Users and roles', icon: IconUsers, page: UsersSection, adminOnly: true },
  { id: 'tokens', name: 'API tokens', icon: IconKey, page: TokensSection, adminOnly: false },
  {
    id: 'channels',
    name: 'Channels and devices',
    icon: IconBell,
    page: ChannelsSection,
    adminOnly: false,
  },
  { id: 'security', name: 'Security', icon: IconShield, page: SecuritySection, adminOnly: false },
  { id: 'audit', name: 'Audit log', icon: IconClipboardList, page: AuditSection, adminOnly: true },
];

/** Settings: sections at the left, those that the role may see. */
export function SettingsPage(props: { readonly section: string | undefined }) {
  const { session } = useServices();
  const state = useStore(session.state);
  const isAdmin = state.kind === 'signed-in' && state.actor.role === 'admin';
  const sections = SECTIONS.filter(({ adminOnly }) => isAdmin || !adminOnly);
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
