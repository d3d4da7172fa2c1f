import { PASSWORD_CHARS_MIN } from '@apiary/common/limits/access.ts';
import type { SessionView } from '@apiary/common/messages/access.ts';
import { Button } from '@mantine/core';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { access } from '../../state/access.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from '../agents/ago.ts';
import { ActForm, Field } from './act-form.tsx';
import { browserName } from './browser-name.ts';
import { SectionState } from './section-state.tsx';

/** One's own password, and who is signed in where. */
export function SecuritySection() {
  const { value: sessions, failure, reload } = useLoaded(access.sessions);
  const own = sessions?.find((session) => session.isOwn);
  return (
    <>
      {own?.via === 'password' ? (
        <OwnPassword name={own.user} onDone={() => void reload()} />
      ) : null}
      <section className="ap-sheet" aria-labelledby="sessions">
        <SessionsHead sessions={sessions ?? []} onEnded={() => void reload()} />
        <SectionState failure={failure} isLoading={sessions === undefined} onAgain={reload} />
        {sessions && sessions.length > 0 ? (
          <SessionTable sessions={sessions} onEnded={() => void reload()} />
        ) : null}
      </section>
    </>
  );
}

function OwnPassword(props: { readonly name: string; readonly onDone: () => void }) {
  const { notices } = useServices();
  const act = (form: FormData) =>
    access.setPassword({
      name: props.name,
      password: String(form.get('password')),
      current: String(form.get('current')),
    });
  const done = () => {
    notices.say('Changed your password; your other browsers are signed out');
    props.onDone();
  };
  return (
    <section className="ap-sheet" aria-labelledby="password">
      <div className="ap-sheet-head">
        <h2 id="password">Your password</h2>
      </div>
      <ActForm verb="Change it" act={act} onDone={done}>
        <Field
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
        />
        <Field
          label={`New password, ${PASSWORD_CHARS_MIN} characters or more`}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={PASSWORD_CHARS_MIN}
        />
      </ActForm>
    </section>
  );
}

function SessionsHead(props: {
  readonly sessions: readonly SessionView[];
  readonly onEnded: () => void;
}) {
  const { notices } = useServices();
  const own = props.sessions.find((session) => session.isOwn);
  const others = props.sessions.filter(
    (session) => !session.isOwn && session.user === own?.user && session.via === own.via,
  );
  const end = async () => {
    const ids = others.map((session) => session.id);
    await notices.act(() => access.endSessions(ids), 'Signed out your other browsers');
    props.onEnded();
  };
  return (
    <div className="ap-sheet-head">
      <h2 id="sessions">Signed in</h2>
      {others.length > 0 ? (
        <Button onClick={() => void end()}>Sign out my other browsers</Button>
      ) : null}
    </div>
  );
}

function SessionTable(props: {
  readonly sessions: readonly SessionView[];
  readonly onEnded: () => void;
}) {
  const now = useNow(10_000);
  const { notices } = useServices();
  const end = async (session: SessionView) => {
    await notices.act(() => access.endSessions([session.id]), `Signed ${session.user} out there`);
    props.onEnded();
  };
  return (
    <ScrollRegion label="Sessions">
      <table className="ap-table">
        <thead>
          <tr>
            <th>User</th>
            <th>Role</th>
            <th>Browser</th>
            <th>From</th>
            <th>Since</th>
            <th>Seen</th>
            <th>
              <span className="ap-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.sessions.map((session) => (
            <tr key={session.id} data-session={session.id}>
              <th scope="row">
                {session.via === 'link' ? 'by a one-time link' : safeText(session.user)}
              </th>
              <td>{session.role}</td>
              <td title={safeText(session.browser)}>{safeText(browserName(session.browser))}</td>
              <td className="ap-mono">{session.address}</td>
              <td className="ap-faint">{agoText(session.createdMs, now)}</td>
              <td className="ap-faint">{agoText(session.seenMs ?? session.createdMs, now)}</td>
              <td className="ap-actions">
                {session.isOwn ? (
                  <span className="ap-faint">this browser</span>
                ) : (
                  <Button variant="subtle" color="gray" onClick={() => void end(session)}>
                    Sign out<span className="ap-hidden"> {session.user}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
