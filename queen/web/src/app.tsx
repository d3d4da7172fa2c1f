import { lazy, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { Frame } from './components/frame.tsx';
import { Starting } from './components/starting.tsx';
import { AgentsPage } from './pages/agents.tsx';
import { HomePage } from './pages/home.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { SearchPage } from './pages/search.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { WelcomePage } from './pages/welcome.tsx';
import { messageOf } from './state/http.ts';
import { useServices } from './state/services.ts';
import { useStore } from './state/use-store.ts';

const AddTargetsPage = lazy(async () => ({
  default: (await import('./pages/add-targets.tsx')).AddTargetsPage,
}));
const HostPage = lazy(async () => ({ default: (await import('./pages/host.tsx')).HostPage }));
const StartPage = lazy(async () => ({ default: (await import('./pages/start.tsx')).StartPage }));
const SettingsPage = lazy(async () => ({
  default: (await import('./pages/settings.tsx')).SettingsPage,
}));
const AlertsPage = lazy(async () => ({
  default: (await import('./pages/alerts.tsx')).AlertsPage,
}));
const DashboardsPage = lazy(async () => ({
  default: (await import('./pages/dashboards.tsx')).DashboardsPage,
}));
const RulePage = lazy(async () => ({ default: (await import('./pages/rule.tsx')).RulePage }));
const DocsPage = lazy(async () => ({ default: (await import('./pages/docs.tsx')).DocsPage }));

/** The pages by address; without a session only the way to one. */
export function App() {
  const [location] = useLocation();
  return location === '/welcome' ? <WelcomePage /> : <SignedIn />;
}

function SignedIn() {
  const { session, connection } = useServices();
  const state = useStore(session.state);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (session.state.get().kind === 'unknown') {
      session.load().catch((thrown: unknown) => setFailure(messageOf(thrown)));
    }
  }, [session]);
  const signedIn = state.kind === 'signed-in';
  useEffect(() => {
    if (signedIn) connection.open();
  }, [connection, signedIn]);
  if (state.kind === 'signed-out') return <SignInPage />;
  if (state.kind === 'unknown') return failure ? <SignInPage failure={failure} /> : <Starting />;
  return (
    <Frame>
      <Suspense fallback={null}>
        <Pages />
      </Suspense>
    </Frame>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/home" replace />
      </Route>
      <Route path="/home" component={HomePage} />
      <Route path="/start" component={StartPage} />
      <Route path="/search" component={SearchPage} />
      <Route path="/agents" component={AgentsPage} />
      <Route path="/agents/add" component={AddTargetsPage} />
      <Route path="/agents/:id/:tab?">{({ id, tab }) => <HostPage id={id} tab={tab} />}</Route>
      <Route path="/settings/:section?">
        {({ section }) => <SettingsPage section={section} />}
      </Route>
      <Route path="/alerts/rules/:id">{({ id }) => <RulePage id={id} />}</Route>
      <Route path="/alerts/:section?">{({ section }) => <AlertsPage section={section} />}</Route>
      <Route path="/dashboards/:id?">{({ id }) => <DashboardsPage id={id} />}</Route>
      <Route path="/docs/:name?">{({ name }) => <DocsPage name={name} />}</Route>
      <Route component={NotFoundPage} />
    </Switch>
  );
}
