import { PASSWORD_CHARS_MIN } from '@apiary/common/limits/access.ts';
import type { UserView } from '@apiary/common/messages/access.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { IconPlus } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { access, ROLES } from '../../state/access.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from '../agents/ago.ts';
import { ActForm, Field } from './act-form.tsx';
import { ConfirmForm } from './confirm-form.tsx';
import { RoleField, roleOf } from './role-select.tsx';
import { SectionState } from './section-state.tsx';

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'password' | 'remove'; readonly user: UserView };

/** People: who may come in, and as what. */
export function UsersSection() {
  const { value: users, failure, reload } = useLoaded(access.users);
  const [open, setOpen] = useState<Open>();
  const done = () => {
    setOpen(undefined);
    void reload();
  };
  const hasPassword = users?.some((user) => user.hasPassword) ?? true;
  return (
    <section className="ap-sheet" aria-labelledby="users">
      <div className="ap-sheet-head">
        <h2 id="users">Users and roles</h2>
        <Button
          variant={open ? 'default' : 'filled'}
          leftSection={<IconPlus size={16} stroke={2} />}
          onClick={() => setOpen({ kind: 'add' })}
        >
          Add a user
        </Button>
      </div>
      <SectionState failure={failure} isLoading={users === undefined} onAgain={reload} />
      {hasPassword ? null : (
        <div className="ap-strip ap-strip-warn">
          <span>
            No password is set yet, so a one-time link makes anybody an administrator. Add an
            administrator with a password, and links end.
          </span>
        </div>
      )}
      {open ? <OpenForm open={open} first={!hasPassword} onDone={done} onCancel={done} /> : null}
      {users && users.length > 0 ? (
        <UserTable users={users} onOpen={setOpen} onChanged={() => void reload()} />
      ) : null}
    </section>
  );
}

function OpenForm(props: {
  readonly open: Open;
  readonly first: boolean;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { open, onDone, onCancel } = props;
  if (open.kind === 'remove') {
    const { name } = open.user;
    return (
      <ConfirmForm
        verb={`Remove ${name}`}
        consequence={`${name} goes, with all sessions and API tokens. This cannot be undone.`}
        name={name}
        act={() => access.removeUser(name)}
        onDone={onDone}
        onCancel={onCancel}
      />
    );
  }
  if (open.kind === 'password') {
    const { name } = open.user;
    const act = (form: FormData) =>
      access.setPassword({ name, password: String(form.get('password')) });
    return (
      <ActForm verb={`Set ${name}’s password`} act={act} onDone={onDone} onCancel={onCancel}>
        <NewPassword />
      </ActForm>
    );
  }
  return <AddUser first={props.first} onDone={onDone} onCancel={onCancel} />;
}

function AddUser(props: {
  readonly first: boolean;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const act = (form: FormData) => {
    const password = String(form.get('password'));
    return access.addUser({
      name: String(form.get('name')),
      role: roleOf(form),
      ...(password !== '' && { password }),
    });
  };
  return (
    <ActForm verb="Add" act={act} onDone={props.onDone} onCancel={props.onCancel} primary>
      <Field label="Name" name="name" />
      <RoleField most="admin" initial={props.first ? 'admin' : 'viewer'} />
      <NewPassword optional />
    </ActForm>
  );
}

function NewPassword(props: { readonly optional?: boolean }) {
  const most = props.optional ? ', or none for API tokens only' : '';
  return (
    <Field
      label={`Password, ${PASSWORD_CHARS_MIN} characters or more${most}`}
      name="password"
      type="password"
      autoComplete="new-password"
      minLength={PASSWORD_CHARS_MIN}
      required={!props.optional}
    />
  );
}

function UserTable(props: {
  readonly users: readonly UserView[];
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}) {
  const now = useNow(10_000);
  return (
    <ScrollRegion label="Users">
      <table className="ap-table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Role</th>
            <th>Comes by</th>
            <th>Added</th>
            <th>
              <span className="ap-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.users.map((user) => (
            <UserRow key={user.name} user={user} now={now} {...props} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function UserRow(props: {
  readonly user: UserView;
  readonly now: number;
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}) {
  const { user, now, onOpen, onChanged } = props;
  const { notices } = useServices();
  const setRole = async (role: UserView['role']) => {
    const set = (wanted: UserView['role']) => async () => {
      await access.setRole(user.name, wanted);
      onChanged();
    };
    await notices.act(set(role), `${user.name} is ${role} now`, set(user.role));
    onChanged();
  };
  const by = user.hasPassword ? 'password' : 'API tokens only';
  return (
    <tr data-user={user.name}>
      <th scope="row">{safeText(user.name)}</th>
      <td>
        <select
          className="ap-input ap-role"
          aria-label={`Role of ${user.name}`}
          value={user.role}
          onChange={(event) => {
            const role = ROLES.find((known) => known === event.currentTarget.value);
            if (role) void setRole(role);
          }}
        >
          {ROLES.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
      </td>
      <td className={user.lockedUntilMs === undefined ? undefined : 'ap-bad'}>
        {user.lockedUntilMs === undefined ? by : 'locked: too many failed sign-ins'}
      </td>
      <td className="ap-faint">{agoText(user.createdMs, now)}</td>
      <td className="ap-actions">
        <Button variant="subtle" color="gray" onClick={() => onOpen({ kind: 'password', user })}>
          Set password<span className="ap-hidden"> of {user.name}</span>
        </Button>
        <Button variant="subtle" color="gray" onClick={() => onOpen({ kind: 'remove', user })}>
          Remove<span className="ap-hidden"> {user.name}</span>
        </Button>
      </td>
    </tr>
  );
}
