import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import './frame.css';
import { IconHelp, IconLogout, IconMoon, IconSearch, IconSettings, IconSun } from './icons.ts';
import { KeysHelp } from './keys-help.tsx';
import { Logo } from './logo.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { PLACES } from './places.ts';
import { PulseView } from './pulse.tsx';
import { useKeys } from './use-keys.ts';

const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }));

/** What surrounds every page: the bars, the state of the connection, notices. */
export function Frame(props: { readonly children: ReactNode }) {
  const { notices } = useServices();
  const [, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  const [finding, setFinding] = useState(false);
  useKeys({
    '?': () => setHelp(true),
    'Ctrl+k': () => setFinding(true),
    ...Object.fromEntries(PLACES.map(({ key, path }) => [`g ${key}`, () => navigate(path)])),
    'Ctrl+z': () => void notices.undo(),
  });
  return (
    <div className="ap-frame">
      <TopBar onHelp={() => setHelp(true)} onFind={() => setFinding(true)} />
      <ConnectionNotice />
      <main className="ap-main">{props.children}</main>
      <BottomBar />
      <NoticeBar />
      {finding ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setFinding(false)} />
        </Suspense>
      ) : null}
      <KeysHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function TopBar(props: { readonly onHelp: () => void; readonly onFind: () => void }) {
  const { session } = useServices();
  const state = useStore(session.state);
  const scheme = useComputedColorScheme('dark');
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === 'dark' ? 'light' : 'dark';
  const name = state.kind === 'signed-in' ? state.actor.name : '';
  return (
    <header className="ap-top">
      <Link href="/home" className="ap-brand">
        <Logo />
        <span>Apiary</span>
      </Link>
      <nav className="ap-nav" aria-label="Pages">
        <Places />
      </nav>
      <div className="ap-top-right">
        <PulseView />
        <button type="button" className="ap-find" onClick={props.onFind}>
          <IconSearch size={16} stroke={1.6} aria-hidden="true" />
          <span>Find anything</span>
          <kbd>Ctrl K</kbd>
        </button>
        <ActionIcon aria-label="All keys" onClick={props.onHelp} className="ap-wide-only">
          <IconHelp size={18} stroke={1.6} />
        </ActionIcon>
        <ActionIcon aria-label={`Use the ${other} scheme`} onClick={() => setColorScheme(other)}>
          {scheme === 'dark' ? (
            <IconMoon size={18} stroke={1.6} />
          ) : (
            <IconSun size={18} stroke={1.6} />
          )}
        </ActionIcon>
        <ActionIcon component={Link} href="/settings" aria-label="Settings">
          <IconSettings size={18} stroke={1.6} />
        </ActionIcon>
        <ActionIcon
          aria-label={`Sign out ${name}`}
          title={`Sign out ${name}`}
          onClick={() => void session.signOut().then(() => window.location.assign('/'))}
        >
          <IconLogout size={18} stroke={1.6} />
        </ActionIcon>
      </div>
    </header>
  );
}

function BottomBar() {
  return (
    <nav className="ap-bottom" aria-label="Pages, at the bottom">
      <Places />
    </nav>
  );
}

function Places() {
  const [location] = useLocation();
  const { alerts } = useServices();
  const firing = useStore(alerts.state).alerts.filter(({ state }) => state === 'firing').length;
  return PLACES.map(({ path, name, icon: Icon }) => {
    const here = location === path || location.startsWith(`${path}/`);
    return (
      <Link key={path} href={path} className="ap-place" aria-current={here ? 'page' : undefined}>
        <Icon size={20} stroke={1.6} aria-hidden="true" />
        <span>
          {name}
          {path === '/alerts' && firing > 0 ? (
            <strong className="ap-place-count">
              <span className="ap-hidden">, </span>
              {firing}
              <span className="ap-hidden"> firing</span>
            </strong>
          ) : null}
        </span>
      </Link>
    );
  });
}
