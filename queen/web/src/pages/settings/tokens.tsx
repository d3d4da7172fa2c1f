import { API_TOKEN_DAYS } from '@apiary/common/limits/access.ts';
import type { TokenView } from '@apiary/common/messages/access.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { IconPlus } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import { access } from '../../state/access.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';
import { ActForm, Field } from './act-form.tsx';
import { ConfirmForm } from './confirm-form.tsx';
import { RoleField, roleOf } from './role-select.tsx';
import { SectionState } from './section-state.tsx';

/** API tokens: the secrets of programs. */
export function TokensSection() {
  const { value, failure, reload } = useLoaded(access.tokens);
  const [isAdding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<TokenView>();
  const [secret, setSecret] = useState<string>();
  const done = () => {
    setAdding(false);
    setRevoking(undefined);
    void reload();
  };
  return (
    <section className="ap-sheet" aria-labelledby="tokens">
      <div className="ap-sheet-head">
        <h2 id="tokens">API tokens</h2>
        <Button
          variant={isAdding || revoking ? 'default' : 'filled'}
          leftSection={<IconPlus size={16} stroke={2} />}
          onClick={() => setAdding(true)}
        >
          Make a token
        </Button>
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {secret === undefined ? null : (
        <NewSecret secret={secret} onClose={() => setSecret(undefined)} />
      )}
      {isAdding && value ? (
        <AddToken scopes={value.scopes} onSecret={setSecret} onDone={done} />
      ) : null}
      {revoking ? (
        <ConfirmForm
          verb="Revoke"
          consequence={`Programs that use ${revoking.name} stop working at once. This cannot be undone.`}
          name={revoking.name}
          act={() => access.revokeToken(revoking.id)}
          onDone={done}
          onCancel={done}
        />
      ) : null}
      {value && value.tokens.length === 0 ? (
        <p className="ap-sheet-text">
          No tokens. A token lets a program use the API: ./apiary --url … --token …, or as
          “Authorization: Bearer …”.
        </p>
      ) : null}
      {value && value.tokens.length > 0 ? (
        <TokenTable tokens={value.tokens} onRevoke={setRevoking} />
      ) : null}
    </section>
  );
}

function NewSecret(props: { readonly secret: string; readonly onClose: () => void }) {
  const { notices } = useServices();
  const copy = () =>
    void notices.act(() => navigator.clipboard.writeText(props.secret), 'Copied the token');
  return (
    <div className="ap-secret" role="status">
      <span>Copy it now, it is not shown again:</span>
      <code data-testid="secret">{props.secret}</code>
      <Button onClick={copy}>Copy</Button>
      <Button variant="subtle" color="gray" onClick={props.onClose}>
        Done
      </Button>
    </div>
  );
}

function AddToken(props: {
  readonly scopes: readonly string[];
  readonly onSecret: (secret: string) => void;
  readonly onDone: () => void;
}) {
  const { session } = useServices();
  const state = useStore(session.state);
  const role = state.kind === 'signed-in' ? state.actor.role : 'viewer';
  const act = async (form: FormData) => {
    const scopes = form.getAll('scope').map(String);
    const { secret } = await access.addToken({
      name: String(form.get('name')),
      role: roleOf(form),
      scopes: scopes.length > 0 ? scopes : ['*'],
      days: Number(form.get('days')),
    });
    props.onSecret(secret);
  };
  const single = props.scopes.filter((scope) => !scope.startsWith('*'));
  return (
    <ActForm verb="Make" act={act} onDone={props.onDone} onCancel={props.onDone} primary>
      <Field label="What it is for" name="name" />
      <RoleField most={role} />
      <Field label="Ends after days" name="days" type="number" initial={String(API_TOKEN_DAYS)} />
      <fieldset className="ap-scopes">
        <legend>Good for, or everything that the role allows if none is ticked</legend>
        {['*:read', ...single].map((scope) => (
          <label key={scope}>
            <input type="checkbox" name="scope" value={scope} />
            {scope === '*:read' ? 'all reading' : scope}
          </label>
        ))}
      </fieldset>
    </ActForm>
  );
}

function TokenTable(props: {
  readonly tokens: readonly TokenView[];
  readonly onRevoke: (token: TokenView) => void;
}) {
  const now = useNow(10_000);
  return (
    <ScrollRegion label="Tokens">
      <table className="ap-table">
        <thead>
          <tr>
            <th>For</th>
            <th>User</th>
            <th>Role</th>
            <th>Good for</th>
            <th>Ends</th>
            <th>Last used</th>
            <th>
              <span className="ap-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.tokens.map((token) => (
            <tr key={token.id} data-token={token.id}>
              <th scope="row">{safeText(token.name)}</th>
              <td>{token.user ?? 'this installation'}</td>
              <td>{token.role}</td>
              <td className="ap-wrapping">
                {token.scopes.includes('*') ? 'everything' : token.scopes.join(', ')}
              </td>
              <td className={token.expiresMs <= now ? 'ap-bad' : undefined}>
                {token.expiresMs <= now ? 'ended' : `in ${lengthText(token.expiresMs - now)}`}
              </td>
              <td className="ap-faint">
                {token.usedMs === undefined ? 'never' : agoText(token.usedMs, now)}
              </td>
              <td className="ap-actions">
                <Button variant="subtle" color="gray" onClick={() => props.onRevoke(token)}>
                  Revoke<span className="ap-hidden"> {safeText(token.name)}</span>
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
