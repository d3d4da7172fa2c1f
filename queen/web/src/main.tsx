import './zod-without-eval.ts';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Loader.css';
import '@mantine/core/styles/Button.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Checkbox.css';
import './theme/fonts.css';
import 'virtual:colors.css';
import './theme/global.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { io } from 'socket.io-client';
import { App } from './app.tsx';
import { AlertWatch } from './state/alerts.ts';
import { browserClock } from './state/clock.ts';
import { Connection } from './state/connection.ts';
import { FleetWatch } from './state/fleet.ts';
import { HealthWatch } from './state/health.ts';
import { RateWatch } from './state/rate.ts';
import { SavedQueryList } from './state/saved-queries.ts';
import { type Services, ServicesContext } from './state/services.ts';
import { Session } from './state/session.ts';
import { SystemWatch } from './state/system.ts';
import { TrafficWatch } from './state/traffic.ts';
import { Notices } from './state/undo.ts';
import { cssVariablesResolver, theme } from './theme/theme.ts';

const colorSchemeManager = localStorageColorSchemeManager({ key: 'apiary-scheme' });
const socket = io({
  autoConnect: false,
  reconnection: false,
  transports: ['websocket', 'polling'],
});
const connection = new Connection(socket, browserClock);
const session = new Session();
// A session that ended elsewhere shows as a refused connection: ask, and leave for the sign-in page.
socket.on('connect_error', () => void session.load().catch(() => {}));
const services: Services = {
  session,
  connection,
  fleet: new FleetWatch(connection),
  alerts: new AlertWatch(connection),
  health: new HealthWatch(connection),
  rate: new RateWatch(connection),
  savedQueries: new SavedQueryList(),
  system: new SystemWatch(connection, browserClock),
  traffic: new TrafficWatch(connection),
  notices: new Notices(browserClock),
};

/** The nonce that the server wrote for this page; Mantine's own style elements bear it. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <ServicesContext value={services}>
          <App />
        </ServicesContext>
      </MantineProvider>
    </StrictMode>,
  );
}
